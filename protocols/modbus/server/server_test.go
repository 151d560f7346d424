package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
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
			p.mu.Lock()
			defer p.mu.Unlock()
			if errors.Is(p.refusal, context.DeadlineExceeded) {
				<-ctx.Done()
				return context.Cause(ctx)
			}
			if p.refusal != nil {
				return p.refusal
			}
			if !strings.HasPrefix(by, "server scada, client 127.0.0.1:") {
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
    listen: 127.0.0.1:0
    framing: %s
    write_wait: 200ms
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
func serve(t *testing.T, framing string) (*plant, protocols.Service, string) {
	t.Helper()
	p := &plant{values: map[string]tag.Value{
		"boiler.temperature": tag.FloatOf(21.5), "boiler.level": tag.FloatOf(-1.5), "boiler.count": tag.UintOf(70000),
		"boiler.pump": tag.BoolOf(true), "boiler.hot": tag.BoolOf(false), "boiler.open": tag.BoolOf(true), "boiler.valve": tag.IntOf(7),
		"boiler.setpoint": tag.FloatOf(20), "boiler.name": tag.StringOf("kettle"), "press.force": tag.IntOf(77),
	}}
	loaded, err := decode(fmt.Sprintf(site, framing))
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.Server{}.Compile(&loaded.Servers[0])
	if err != nil {
		t.Fatal(err)
	}
	return p, s, run(t, s, p)
}

func run(t *testing.T, s protocols.Service, p *plant) (port string) {
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
	_, port, err := net.SplitHostPort(s.Stats().Listening)
	if err != nil {
		t.Fatal(err)
	}
	return port
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

// client is pymodbus.
type client struct {
	t   *testing.T
	in  *json.Encoder
	out *bufio.Scanner
}

func pymodbus(t *testing.T, port, framing string) *client {
	t.Helper()
	if testing.Short() {
		t.Skip("short mode starts no other programs")
	}
	if _, err := os.Stat("/usr/lib/python3/dist-packages/pymodbus"); err != nil {
		t.Skip("not installed: run make deps")
	}
	script, err := filepath.Abs("../../../test/peers/modbus_client.py")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "/usr/bin/python3", script, port, framing)
	c.Stderr = t.Output()
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = c.Wait()
	})
	return &client{t: t, in: json.NewEncoder(in), out: bufio.NewScanner(out)}
}

// want asks, and fails unless the answer is the one that is wanted.
func (c *client) want(answer string, question ...any) {
	c.t.Helper()
	if err := c.in.Encode(question); err != nil {
		c.t.Fatal(err)
	}
	if !c.out.Scan() {
		c.t.Fatalf("%v: no answer: %v", question, c.out.Err())
	}
	if got := strings.ReplaceAll(c.out.Text(), `"`, ""); got != "{"+answer+"}" {
		c.t.Errorf("%v: %s, want {%s}", question, got, answer)
	}
}

func TestPymodbusReadsAndWritesTags(t *testing.T) {
	for _, framing := range []string{"tcp", "rtu"} {
		t.Run(framing, func(t *testing.T) {
			p, s, port := serve(t, framing)
			c := pymodbus(t, port, framing)
			c.want("values: [16812, 0, 65521, 4464, 1]", "read", "input", 1, 0, 5) // 21.5, -15, 70000 with its words swapped
			c.want("values: [9]", "read", "input", 1, 9, 1)                        // good, and open
			c.want("values: [1, 0]", "read", "discrete", 1, 0, 2)
			c.want("values: [1]", "read", "coil", 1, 0, 1)
			c.want("values: [27493, 29812]", "read", "holding", 1, 3, 2) // "kett": part of a text
			c.want("values: [77]", "read", "input", 2, 0, 1)

			c.want("values: []", "write", "holding", 1, 0, []int{42})
			c.want("values: []", "write", "coil", 1, 0, []bool{false})
			c.want("values: []", "write", "holding", 1, 0, []int{43, 16812, 0}) // two tags at once
			c.want("values: []", "mask", 1, 0, 0xFFF0, 0x0004)
			if got, want := p.writes(), "valve=42 pump=false valve=43 setpoint=21.5 valve=36"; got != want {
				t.Errorf("written: %s, want %s", got, want)
			}
			if stats := s.Stats(); stats.Writes != 5 || stats.Clients != 1 || stats.Requests != 10 || stats.Refused != 0 {
				t.Errorf("%+v", stats)
			}
		})
	}
}

func TestABadValueReadsAsAnExceptionOrAsItsSubstitute(t *testing.T) {
	p, _, port := serve(t, "tcp")
	p.set("boiler.temperature", tag.FloatOf(21.5).WithQuality(tag.BadTimeout))
	p.set("boiler.level", tag.NullOf(tag.BadTimeout))
	p.set("boiler.count", tag.IntOf(-1)) // what does not fit is not shown either
	c := pymodbus(t, port, "tcp")
	c.want("exception: 4", "read", "input", 1, 0, 2)
	c.want("exception: 4", "read", "input", 1, 0, 3)
	c.want("values: [55546]", "read", "input", 1, 2, 1) // -999 by 0.1
	c.want("values: [0]", "read", "discrete", 1, 0, 1)
	c.want("values: [8]", "read", "input", 1, 9, 1)
	c.want("exception: 4", "read", "input", 1, 3, 2)
}

func TestWhatIsNotShownIsRefused(t *testing.T) {
	p, _, port := serve(t, "tcp")
	c := pymodbus(t, port, "tcp")
	c.want("exception: 2", "read", "input", 1, 5, 1)                   // nothing stands there
	c.want("exception: 2", "read", "holding", 1, 0, 10)                // nor behind the last
	c.want("exception: 10", "read", "input", 9, 0, 1)                  // no such unit
	c.want("exception: 2", "write", "holding", 1, 3, []int{1, 2})      // not to be written
	c.want("exception: 2", "write", "holding", 1, 1, []int{1})         // half a value
	c.want("exception: 2", "write", "holding", 1, 0, []int{1, 2})      // one and a half: nothing is written
	c.want("exception: 2", "write", "coil", 1, 5, []bool{true})        // nothing stands there
	c.want("exception: 3", "write", "holding", 1, 1, []int{0x7FC0, 0}) // not a number
	if got := p.writes(); got != "" {
		t.Errorf("written: %s", got)
	}
}

func TestAClientHearsWhatBecameOfItsWrite(t *testing.T) {
	p, s, port := serve(t, "tcp")
	c := pymodbus(t, port, "tcp")
	for _, o := range []struct {
		err  error
		want int
	}{
		{&protocols.Refusal{Err: errors.New("above the most allowed")}, 3},
		{&protocols.Fault{Err: errors.New("the device is stopped")}, 4},
		{&protocols.Fault{Sent: true, Err: errors.New("no answer")}, 11},
		{context.DeadlineExceeded, 5},
	} {
		p.refuse(o.err)
		c.want(fmt.Sprintf("exception: %d", o.want), "write", "holding", 1, 0, []int{42})
	}
	if stats := s.Stats(); stats.Refused != 4 || stats.Writes != 0 {
		t.Errorf("%+v", stats)
	}
}

func TestMbpollReadsAndWrites(t *testing.T) {
	if testing.Short() {
		t.Skip("short mode starts no other programs")
	}
	mbpoll, err := exec.LookPath("mbpoll")
	if err != nil {
		t.Skip("mbpoll is not installed: run make deps")
	}
	p, _, port := serve(t, "tcp")
	call := func(args ...string) string {
		out, _ := exec.CommandContext(t.Context(), mbpoll, append([]string{"-m", "tcp", "-p", port, "-0", "-1", "-q", "-a", "1"}, args...)...).CombinedOutput()
		return string(out)
	}
	if out := call("-t", "3:float", "-B", "-r", "0", "127.0.0.1"); !strings.Contains(out, "21.5") {
		t.Errorf("it reads %s", out)
	}
	if out := call("-t", "4", "-r", "0", "127.0.0.1", "99"); !strings.Contains(out, "Written 1") || p.writes() != "valve=99" {
		t.Errorf("it writes %s: %s", p.writes(), out)
	}
	p.refuse(&protocols.Refusal{Err: errors.New("no")})
	if out := call("-t", "4", "-r", "0", "127.0.0.1", "98"); !strings.Contains(out, "Illegal data value") {
		t.Errorf("refused: %s", out)
	}
}
