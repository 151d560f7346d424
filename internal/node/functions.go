package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/store/artefacts"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/wasm"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// modules are the WebAssembly modules that were loaded, by digest and limits.
// They stay loaded for as long as the process lives: a rule, or a configuration
// that is returned to, may call them. It may be used concurrently.
type modules struct {
	mu      sync.Mutex
	fetched *artefacts.Store // what came from the cloud by digest; nil: nothing
	loaded  map[moduleKey]*wasm.Module
}

type moduleKey struct {
	digest wasm.Digest
	limits wasm.Limits
}

// largestModule bounds the file of a module.
const largestModule = 64 << 20

// of returns the module of a configuration.
func (m *modules) of(f *config.Function) (*wasm.Module, error) {
	digest, err := wasm.ParseDigest("sha256:" + f.SHA256)
	if err != nil {
		return nil, err
	}
	key := moduleKey{digest, wasm.Limits{Memory: int(f.Memory), Fuel: int64(f.Fuel)}}
	m.mu.Lock()
	defer m.mu.Unlock()
	if known := m.loaded[key]; known != nil {
		return known, nil
	}
	path, err := m.file(f)
	if err != nil {
		return nil, err
	}
	code, err := readModule(path)
	if err != nil {
		return nil, err
	}
	loaded, err := load(code, key)
	if err != nil {
		return nil, err
	}
	if m.loaded == nil {
		m.loaded = map[moduleKey]*wasm.Module{}
	}
	m.loaded[key] = loaded
	return loaded, nil
}

// load compiles a module. What the runtime panics over is a module that is wrong.
func load(code []byte, key moduleKey) (loaded *wasm.Module, err error) {
	panicked := supervisor.Guard(func() { loaded, err = wasm.Load(context.Background(), code, key.digest, key.limits) })
	if panicked != nil {
		return nil, fmt.Errorf("the WebAssembly runtime cannot read it: %w", panicked)
	}
	return loaded, err
}

// file returns where a module is. What has its digest is it, whatever the file of the configuration is called.
func (m *modules) file(f *config.Function) (string, error) {
	if m.fetched != nil {
		if path, ok := m.fetched.Path(f.SHA256); ok {
			return path, nil
		}
	}
	if f.File == "" {
		return "", fmt.Errorf("no artefact with this digest is here; put it with holdfast-cloud artefact put, and apply the configuration from the cloud: %w", fs.ErrNotExist)
	}
	return f.File, nil
}

func readModule(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > largestModule {
		return nil, fmt.Errorf("%s has %d bytes: want at most %d", path, info.Size(), largestModule)
	}
	return os.ReadFile(path)
}

// function loads a module, so that queries can call its functions.
func (b *planner) function(f *config.Function) {
	m, err := b.components.modules.of(f)
	if b.waiting && errors.Is(err, fs.ErrNotExist) {
		b.plan.away = append(b.plan.away, &awaited{modules: &b.components.modules, config: f, now: time.Now})
		return
	}
	if err != nil {
		b.errors = append(b.errors, f.Origin.Error("file", err))
		return
	}
	functions := wasm.NewSlot(m).Functions()
	for _, of := range functions {
		i := slices.IndexFunc(b.plan.compiler.Functions, func(other *fn.Func) bool { return other.Name == of.Name })
		if i >= 0 {
			b.errors = append(b.errors, f.Origin.Error("file", &config.Problem{
				What: fmt.Sprintf("function %s is in another module already", of.Name), Fix: "leave one of the modules out",
			}))
			return
		}
		b.plan.modules[of.Name] = provider{f, m}
	}
	b.plan.compiler.Functions = append(b.plan.compiler.Functions, functions...)
}

// called tells which modules a query calls, so that a rule is made anew when one
// of them is another.
func (b *planner) called(q *streamsql.Query) (text string) {
	for _, name := range q.UserFunctions() {
		if f := b.plan.modules[name].config; f != nil {
			text += fmt.Sprintf("\n%s of %s, %d bytes, %d fuel", name, f.SHA256, f.Memory, f.Fuel)
		}
	}
	return text
}

// provider is what has a user function.
type provider struct {
	config *config.Function
	module *wasm.Module
}

// known returns the user functions that queries can call now, those of modules
// that have come since included.
func (p *plan) known() (functions []*fn.Func, of map[string]provider) {
	functions, of = slices.Clone(p.compiler.Functions), maps.Clone(p.modules)
	for _, a := range p.away {
		m, err := a.load()
		if err != nil {
			continue
		}
		for _, f := range wasm.NewSlot(m).Functions() {
			if _, taken := of[f.Name]; !taken {
				functions, of[f.Name] = append(functions, f), provider{a.config, m}
			}
		}
	}
	return functions, of
}

// Functions lists the user functions by name.
func (n *Node) Functions() (list []console.Function) {
	p := n.plan()
	functions, of := p.known()
	for _, f := range functions {
		m := of[f.Name]
		used := m.module.Usage(f.Name)
		shown := console.Function{
			Name: f.Name, Signature: f.Signature(), Doc: f.Doc, Rules: []string{}, Module: m.config.Name, SHA256: m.config.SHA256, Fuel: m.config.Fuel,
			Calls: used.Calls, Failures: used.Failures, FuelUsed: used.Fuel, MeanFuel: used.MeanFuel(), MaxFuel: used.MaxFuel,
		}
		for _, c := range p.rules {
			if slices.Contains(c.Query.UserFunctions(), f.Name) {
				shown.Rules = append(shown.Rules, c.Name)
			}
		}
		list = append(list, shown)
	}
	return list
}
