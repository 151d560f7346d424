package wasm

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/wasm/fuel"
)

// The errors of calls that did not reach the function, or did not come back.
var (
	ErrFuel   = errors.New("the call used up its fuel")
	ErrDepth  = errors.New("calls are nested too deep")
	ErrClosed = errors.New("the module is closed")
)

// Module is a compiled module. It may be used concurrently.
type Module struct {
	digest    Digest
	limits    Limits
	runtime   wazero.Runtime
	compiled  wazero.CompiledModule
	functions []*fn.Func
	exports   map[string]*export
	fuel      string // export of what is left of it
	system    bool   // it imports functions of WASI

	// instances holds one entry for each call that may run at a time: an
	// instance that is idle, or nil for one not made yet. Close takes them all.
	instances chan *instance
	closed    atomic.Bool
	closing   chan struct{}
}

// Load compiles a module, whose code must have the digest, and reads its
// functions. The digest is that of the code as it is given; what runs is that
// code with its meter (package fuel), of which nothing is kept or shown. The module belongs to the caller, who closes it. ctx ends the
// loading, not what comes later.
func Load(ctx context.Context, code []byte, digest Digest, limits Limits) (*Module, error) {
	if got := DigestOf(code); got != digest {
		return nil, fmt.Errorf("load module %s: %w: it is %s", digest, ErrDigest, got)
	}
	m := &Module{digest: digest, limits: limits.withDefaults(), closing: make(chan struct{})}
	if err := m.load(ctx, code); err != nil {
		return nil, errors.Join(fmt.Errorf("load module %s: %w", digest, err), m.runtime.Close(ctx))
	}
	return m, nil
}

func (m *Module) load(ctx context.Context, code []byte) (err error) {
	m.runtime = wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2).WithMemoryLimitPages(m.limits.pages()))
	metered, err := fuel.Meter(code, fuel.Options{Start: m.limits.start(), Elements: m.limits.elements()})
	if err != nil {
		return err
	}
	m.fuel = metered.Global
	for _, i := range metered.Imports {
		if i.Module != systemName || !i.Function {
			return fmt.Errorf("it imports %s.%s: want no imports but functions of %s", i.Module, i.Name, systemName)
		}
		m.system = true
	}
	if m.compiled, err = m.runtime.CompileModule(ctx, metered.Code); err != nil {
		return err
	}
	if m.system {
		if err := m.provideSystem(ctx); err != nil {
			return err
		}
	}
	m.instances = make(chan *instance, m.limits.Instances)
	for range m.limits.Instances {
		m.instances <- nil
	}
	return m.readFunctions(ctx)
}

// readFunctions asks the module for its manifest and checks that what stands
// there is exported.
func (m *Module) readFunctions(ctx context.Context) error {
	i, err := m.take(ctx)
	if err != nil {
		return err
	}
	defer m.giveBack(i)
	i.fill(m.limits.start())
	data, err := i.manifest(ctx)
	if err := i.outcome(err); err != nil {
		return err
	}
	list, err := parseManifest(data)
	if err != nil {
		return err
	}
	m.exports = make(map[string]*export)
	for _, described := range list.Functions {
		if err := m.add(described); err != nil {
			return err
		}
	}
	return nil
}

func (m *Module) add(described function) error {
	f, err := described.registration()
	if err != nil {
		return err
	}
	if _, twice := m.exports[f.Name]; twice {
		return fmt.Errorf("function %s stands twice in the manifest", f.Name)
	}
	e, err := m.exportOf(f)
	if err != nil {
		return err
	}
	m.exports[f.Name] = e
	m.functions = append(m.functions, f)
	return nil
}

// Digest returns the digest of the module's code.
func (m *Module) Digest() Digest { return m.digest }

// Close waits for the calls that are running and frees the module. Later calls
// give ErrClosed.
func (m *Module) Close(ctx context.Context) error {
	if m.closed.Swap(true) {
		return nil
	}
	close(m.closing)
	for range cap(m.instances) {
		select {
		case <-m.instances:
		case <-ctx.Done():
			return errors.Join(ctx.Err(), m.runtime.Close(context.WithoutCancel(ctx)))
		}
	}
	return m.runtime.Close(ctx)
}
