package node

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/wasm"
	"github.com/holdfast-edge/holdfast/tag"
)

// awaited is a module whose file is away, as after a power cut that took it. What
// it has is not known before it is there: rules that call a function which nobody
// has run nevertheless, and each row that calls it fails, with the reason, until
// the file has come. It may be used concurrently.
type awaited struct {
	modules *modules
	config  *config.Function
	now     func() time.Time

	mu     sync.Mutex
	tried  time.Time
	module *wasm.Module // nil: not there yet
	cause  error        // why not
}

// lookAgain is how often it is looked whether the file has come.
const lookAgain = 5 * time.Second

// load returns the module, or why it is not there.
func (a *awaited) load() (*wasm.Module, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := a.now(); a.module == nil && now.Sub(a.tried) >= lookAgain {
		a.tried = now
		a.module, a.cause = a.modules.of(a.config)
	}
	if a.module == nil {
		return nil, fmt.Errorf("functions %s: %w", a.config.Name, a.cause)
	}
	return a.module, nil
}

// compile compiles a query. A function that nobody has may be one of a module
// that is away.
func (b *planner) compile(c streamsql.Compiler, text string) (*streamsql.Query, error) {
	return withStandIns(c, b.plan.away, func(c streamsql.Compiler) (*streamsql.Query, error) { return c.Compile(text) })
}

// withStandIns compiles, and again with a stand-in for each function that is
// missed, as long as there is a module that may have it.
func withStandIns(c streamsql.Compiler, away []*awaited, compile func(streamsql.Compiler) (*streamsql.Query, error)) (*streamsql.Query, error) {
	for {
		query, err := compile(c)
		wrong, ok := errors.AsType[*streamsql.Error](err)
		if !ok || wrong.Unknown == "" || len(away) == 0 {
			return query, err
		}
		c.Functions = append(c.Functions[:len(c.Functions):len(c.Functions)], standIn(strings.ToLower(wrong.Unknown), away))
	}
}

// standIn is a function of one of the modules that are away.
func standIn(name string, away []*awaited) *fn.Func {
	return &fn.Func{
		Name: name, Family: "user", Doc: "A user function whose module is away.", Returns: fn.Any, Nulls: fn.NullIsValue,
		Params: []fn.Param{{Name: "argument", Type: fn.Any, Rest: true}},
		Scalar: func(c *fn.Context, args []tag.Value) (tag.Value, error) {
			var missing error
			for _, a := range away {
				m, err := a.load()
				if err != nil {
					missing = errors.Join(missing, err)
					continue
				}
				for _, f := range wasm.NewSlot(m).Functions() {
					if f.Name == name {
						return call(c, f, args)
					}
				}
			}
			if missing == nil {
				missing = errors.New("no module has it")
			}
			return tag.Value{}, fmt.Errorf("call %s: %w", name, missing)
		},
	}
}

// call calls a function that a query was not compiled with.
func call(c *fn.Context, f *fn.Func, args []tag.Value) (tag.Value, error) {
	least := 0
	for _, p := range f.Params {
		if !p.Optional {
			least++
		}
	}
	if len(args) < least || len(args) > len(f.Params) {
		return tag.Value{}, fmt.Errorf("call %s with %d arguments: want %s", f.Name, len(args), f.Signature())
	}
	if f.Nulls != fn.NullIsValue {
		for _, v := range args {
			if v.IsNull() {
				return tag.NullOf(v.Quality()), nil
			}
		}
	}
	return f.Scalar(c, args)
}
