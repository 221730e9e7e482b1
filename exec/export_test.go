package exec

// MostTasks is the largest number of tasks that a phase of the plan is cut in.
func (p *Plan) MostTasks() (most int) {
	for _, s := range p.steps {
		for _, n := range s.head().work.Phases {
			most = max(most, n)
		}
	}
	return most
}

// Verify checks the graph after each pass of the compiler.
func Verify() Option { return func(o *options) { o.verify = true } }
