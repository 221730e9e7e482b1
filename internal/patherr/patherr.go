// Package patherr takes apart the errors of file systems.
package patherr

import (
	"errors"
	"io/fs"
	"os"
)

// Cause is an error of a file without its operation and path, which are said once, by whoever wraps it; any other error is itself.
func Cause(err error) error {
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		return p.Err
	case errors.As(err, &l):
		return l.Err
	}
	return err
}
