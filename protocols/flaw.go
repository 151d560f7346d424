package protocols

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/config"
)

// Flaw is what is wrong with a tag's configuration, and at which key.
type Flaw struct {
	Key string
	Err error
}

// Flawed returns a flaw at a key, with what to do about it.
func Flawed(key, fix, format string, args ...any) *Flaw {
	return &Flaw{key, &config.Problem{What: fmt.Sprintf(format, args...), Fix: fix}}
}

// Error names the key and what is wrong there.
func (f *Flaw) Error() string { return f.Key + ": " + f.Err.Error() }

// Unwrap returns what is wrong.
func (f *Flaw) Unwrap() error { return f.Err }
