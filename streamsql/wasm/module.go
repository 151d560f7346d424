package wasm

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
)

// The errors of calls that did not reach the function, or did not come back.
var (
	ErrDeadline = errors.New("the call took longer than its deadline")
	ErrStruck   = errors.New("the module is not called any more: too many calls in a row took longer than their deadline")
	ErrClosed   = errors.New("the module is closed")
)

// loadDeadline is how long a module may take to start and to describe itself.
const loadDeadline = 30 * time.Second

// Module is a compiled module. It may be used concurrently.
type Module struct {
	digest    Digest
	limits    Limits
	runtime   wazero.Runtime
	compiled  wazero.CompiledModule
	functions []*fn.Func
	exports   map[string]export

	// instances holds one entry for each call that may run at a time: an
	// instance that is idle, or nil for one not made yet. Close takes them all.
	instances chan *instance
	closed    atomic.Bool
	strikes   atomic.Int64
}

// Load compiles a module, whose code must have the digest, and reads its
// functions. The module belongs to the caller, who closes it. ctx ends the
// loading, not what comes later.
func Load(ctx context.Context, code []byte, digest Digest, limits Limits) (*Module, error) {
	if got := DigestOf(code); got != digest {
		return nil, fmt.Errorf("load module %s: %w: it is %s", digest, ErrDigest, got)
	}
	m := &Module{digest: digest, limits: limits.withDefaults()}
	if err := m.load(ctx, code); err != nil {
		return nil, errors.Join(fmt.Errorf("load module %s: %w", digest, err), m.runtime.Close(ctx))
	}
	return m, nil
}

func (m *Module) load(ctx context.Context, code []byte) (err error) {
	m.runtime = wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2).WithMemoryLimitPages(m.limits.pages()).WithCloseOnContextDone(true))
	if m.compiled, err = m.runtime.CompileModule(ctx, code); err != nil {
		return err
	}
	for _, imported := range m.compiled.ImportedFunctions() {
		from, name, _ := imported.Import()
		return fmt.Errorf("it imports %s.%s: want no imports", from, name)
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
	ctx, cancel := context.WithTimeout(ctx, loadDeadline)
	defer cancel()
	i, err := m.take(ctx)
	if err != nil {
		return err
	}
	defer m.giveBack(i)
	data, err := i.manifest(ctx)
	if err != nil {
		return err
	}
	list, err := parseManifest(data)
	if err != nil {
		return err
	}
	m.exports = make(map[string]export)
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
	for range cap(m.instances) {
		select {
		case <-m.instances:
		case <-ctx.Done():
			return errors.Join(ctx.Err(), m.runtime.Close(context.WithoutCancel(ctx)))
		}
	}
	return m.runtime.Close(ctx)
}
