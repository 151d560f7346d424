package supervisor

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/asynkron/protoactor-go/actor"
)

// PanicError is a recovered panic.
type PanicError struct {
	// Value is what panic was called with.
	Value any
	// Stack is the goroutine's stack where it panicked.
	Stack string
}

// Error gives the panic's value without the stack.
func (p *PanicError) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// Unwrap gives the value if it is an error, so that a panic with a Permanent error is permanent.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Fail ends the running incarnation of the actor with err and does not return.
// The parent's policy decides what follows, as it does after a panic; an error
// marked Permanent is not retried hot. To be called from Receive only.
func Fail(ctx actor.Context, err error) {
	scopeOf(ctx)
	panic(deliberate{err})
}

// deliberate is the panic of Fail: its stack says nothing that its error does not.
type deliberate struct{ error }

// attempt runs fn and gives the error it panicked with, nil if it returned.
// It holds the only recover of Holdfast.
func attempt(fn func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case deliberate:
			err = r.error
		default:
			err = &PanicError{Value: r, Stack: string(debug.Stack())}
		}
	}()
	fn()
	return nil
}

// stackOf gives the stack of the panic in err's chain, empty if there was none.
func stackOf(err error) string {
	var p *PanicError
	if errors.As(err, &p) {
		return p.Stack
	}
	return ""
}
