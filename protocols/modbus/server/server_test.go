package server_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/modbus"
	"github.com/holdfast-edge/holdfast/protocols/modbus/server"
	"github.com/holdfast-edge/holdfast/tag"
)

const patience = time.Minute

// plant is the node behind a server: tags with values, which take what is written unless refusal says otherwise.
type plant struct {
	mu      sync.Mutex
	values  map[string]tag.Value
	refusal error
	wrote   []string
	held    chan struct{} // nil: writes are done at once
	waiting int
}

// hold has writes wait until they are released.
func (p *plant) hold() (release func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	held := make(chan struct{})
	p.held = held
	return func() { close(held) }
}

// holds is how many writes have come to wait.
func (p *plant) holds() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waiting
}

// wait waits while writes are held.
func (p *plant) wait() {
	p.mu.Lock()
	held := p.held
	p.waiting++
	p.mu.Unlock()
	if held != nil {
		<-held
	}
}

func (p *plant) set(name string, v tag.Value) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.values[name] = v
}

func (p *plant) refuse(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refusal = err
}

func (p *plant) writes() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.wrote, " ")
}

func (p *plant) host(t *testing.T) protocols.Host {
	return protocols.Host{
		Sample: func(device, name string) (tag.Sample, bool) {
			p.mu.Lock()
			defer p.mu.Unlock()
			v, ok := p.values[device+"."+name]
			return tag.Sample{Value: v}, ok
		},
		Write: func(ctx context.Context, device, name string, v tag.Value, by string) error {
			p.wait()
			p.mu.Lock()
			defer p.mu.Unlock()
			if errors.Is(p.refusal, context.DeadlineExceeded) {
				<-ctx.Done()
				return context.Cause(ctx)
			}
			if p.refusal != nil {
				return p.refusal
			}
			if !strings.HasPrefix(by, "server scada, client ") {
				t.Errorf("written by %q", by)
			}
			p.values[device+"."+name] = v
			p.wrote = append(p.wrote, fmt.Sprintf("%s=%s", name, tag.AppendJSON(nil, v)))
			return nil
		},
		Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
}

// site is how the tests' server is configured.
const site = `
site: test
servers:
  - name: scada
    type: modbus
    listen: %s
    transport: %s
    write_wait: %s
    tags:
      - {tag: boiler.temperature, address: "input:0", type: float32, good: "discrete:0"}
      - {tag: boiler.level, address: "input:2", type: int16, scale: 0.1, on_bad: substitute, substitute: -999, good: "input:9.0"}
      - {tag: boiler.count, address: "input:3", type: uint32, order: CDAB}
      - {tag: boiler.pump, address: "coil:0", access: rw}
      - {tag: boiler.hot, address: "discrete:1"}
      - {tag: boiler.open, address: "input:9.3"}
      - {tag: boiler.valve, address: "holding:0", access: rw}
      - {tag: boiler.setpoint, address: "holding:1", type: float32, access: rw}
      - {tag: boiler.name, address: "holding:3", type: string, length: 8}
      - {tag: press.force, address: "input:0", unit: 2, type: uint16}
`

func decode(text string) (*config.Site, error) {
	catalog, err := config.NewCatalog([]config.Driver{modbus.Component()}, nil, server.Server{}.Spec())
	if err != nil {
		return nil, err
	}
	return config.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}}, catalog)
}

// serve serves a plant until the test ends, and returns the port.
func serve(t *testing.T, transport string) (*plant, protocols.Service, string) {
	t.Helper()
	return serveAt(t, "127.0.0.1:0", transport)
}

// serveAt serves a plant at an address, with more keys behind the transport. Whoever writes waits for the outcome as long as
// a loaded machine may take.
func serveAt(t *testing.T, listen, transport string) (*plant, protocols.Service, string) {
	t.Helper()
	return serveWaiting(t, listen, transport, time.Minute)
}

// serveWaiting is serveAt with how long whoever writes waits for the outcome.
func serveWaiting(t *testing.T, listen, transport string, wait time.Duration) (*plant, protocols.Service, string) {
	t.Helper()
	p := &plant{values: map[string]tag.Value{
		"boiler.temperature": tag.FloatOf(21.5), "boiler.level": tag.FloatOf(-1.5), "boiler.count": tag.UintOf(70000),
		"boiler.pump": tag.BoolOf(true), "boiler.hot": tag.BoolOf(false), "boiler.open": tag.BoolOf(true), "boiler.valve": tag.IntOf(7),
		"boiler.setpoint": tag.FloatOf(20), "boiler.name": tag.StringOf("kettle"), "press.force": tag.IntOf(77),
	}}
	loaded, err := decode(fmt.Sprintf(site, listen, transport, wait))
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.Server{}.Compile(&loaded.Servers[0])
	if err != nil {
		t.Fatal(err)
	}
	return p, s, run(t, s, p)
}

func run(t *testing.T, s protocols.Service, p *plant) (where string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, p.host(t)) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	eventually(t, "it listens", func() bool { return s.Stats().Listening != "" })
	where = s.Stats().Listening
	if _, port, err := net.SplitHostPort(where); err == nil {
		return port
	}
	return where
}

// eventually waits for a condition, asking again and again.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for wait := time.Millisecond; !condition(); wait = min(2*wait, 100*time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came about that %s", what)
		}
		<-time.After(wait)
	}
}
