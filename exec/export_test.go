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
