package wasm

import (
	"context"
	"fmt"
	"strings"

	"github.com/tetratelabs/wazero/api"

	"github.com/holdfast-edge/holdfast/streamsql/wasm/fuel"
)

// systemName is the module under which compilers import what a system gives
// (WASI preview 1).
const systemName = "wasi_snapshot_preview1"

// system is what an instance sees of a system, where it imports one: no
// arguments, environment, files or sockets, a clock of its own and numbers that
// are not random. What it writes is kept for the error of a call that breaks off.
// A nil system is that of a module that imports nothing.
type system struct {
	fuel  string
	clock uint64 // nanoseconds beyond the epoch
	text  []byte // the end of what it wrote
	ended bool
	code  uint32
}

// What is kept of a system's output, and what a look at the clock, and a call of
// the system, cost.
const (
	maxText    = 1 << 10
	tick       = 1000 // nanoseconds
	systemCost = 100  // instructions
)

// epoch is where the clock of an instance begins: 2000-01-01.
const epoch = 946_684_800_000_000_000

type systemKey struct{}

// within returns a context in which the system's functions find it.
func (s *system) within(ctx context.Context) context.Context {
	if s == nil {
		return ctx
	}
	return context.WithValue(ctx, systemKey{}, s)
}

// begin forgets what was written before a call.
func (s *system) begin() {
	if s != nil {
		s.text = s.text[:0]
	}
}

func (s *system) exited() bool { return s != nil && s.ended }

// said returns an error with what the module wrote before.
func (s *system) said(err error) error {
	if s == nil || err == nil {
		return err
	}
	if s.ended {
		err = fmt.Errorf("it exited with code %d", s.code)
	}
	if text := strings.TrimSpace(strings.ToValidUTF8(string(s.text), "?")); text != "" {
		reason, _, _ := strings.Cut(err.Error(), "\n") // a trace says less than what the module says itself
		return fmt.Errorf("%s: it wrote: %s", reason, text)
	}
	return err
}

// provideSystem makes the functions that the module imports. Those that are not
// here say that they are not there.
func (m *Module) provideSystem(ctx context.Context) error {
	host := m.runtime.NewHostModuleBuilder(systemName)
	made := map[string]bool{}
	for _, f := range m.compiled.ImportedFunctions() {
		_, name, _ := f.Import()
		if made[name] {
			continue
		}
		made[name] = true
		of, ok := systemFunctions()[name]
		if !ok {
			of = systemFunction{f.ParamTypes(), notThere}
		}
		if len(f.ResultTypes()) > 0 && !sameTypes(f.ResultTypes(), api.ValueTypeI32) {
			return fmt.Errorf("it imports %s.%s of another type", systemName, name)
		}
		does := of.does
		host = host.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(ctx context.Context, module api.Module, stack []uint64) {
			s, ok := ctx.Value(systemKey{}).(*system)
			code := notAvailable
			if ok && s.pay(module, systemCost) && module.Memory() != nil {
				code = does(s, module, stack)
			}
			if len(f.ResultTypes()) > 0 {
				stack[0] = uint64(code)
			}
		}), of.params, f.ResultTypes()).Export(name)
	}
	_, err := host.Instantiate(ctx)
	return err
}

// pay takes fuel for what is done for the module. Where it does not suffice, the
// module is ended at the next place where it is looked at.
func (s *system) pay(module api.Module, cost int64) bool {
	left, ok := module.ExportedGlobal(s.fuel).(api.MutableGlobal)
	if !ok {
		return false
	}
	rest := fuel.Left(left.Get())
	left.Set(uint64(int64(rest) - cost))
	return int64(rest) >= cost
}
