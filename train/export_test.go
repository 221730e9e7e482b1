package train

// LogOver is a log whose file is of another kind; for tests.
func LogOver(f file, path string, at int64) *Log { return &Log{f: f, path: path, at: at} }
