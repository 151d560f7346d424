package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config/certificatetest"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/modbus/foreign"
)

// client is a Modbus client that nobody here wrote, told what to ask line by line.
type client struct {
	t   *testing.T
	in  *json.Encoder
	out *bufio.Scanner
}

// pymodbus starts Debian's pymodbus. where is a port, or the path of a serial one.
func pymodbus(t *testing.T, transport, where string) *client {
	t.Helper()
	if testing.Short() {
		t.Skip("short mode starts no other programs")
	}
	for _, module := range []string{"pymodbus", "serial"} {
		if _, err := os.Stat("/usr/lib/python3/dist-packages/" + module); err != nil {
			t.Skipf("%s is not installed: run make deps", module)
		}
	}
	return started(t, "/usr/bin/python3", "../../../test/peers/modbus_client.py", transport, where)
}

// jsmodbus starts npm's jsmodbus.
func jsmodbus(t *testing.T, transport, where string, certificates ...string) *client {
	t.Helper()
	if testing.Short() {
		t.Skip("short mode starts no other programs")
	}
	node, err := exec.LookPath("node")
	if _, gone := os.Stat("../../../test/peers/node_modules/jsmodbus"); err != nil || gone != nil {
		t.Skip("jsmodbus is not installed: run make deps")
	}
	return started(t, node, append([]string{"../../../test/peers/modbus_jsclient.js", transport, where}, certificates...)...)
}

// started starts a program that asks for us.
func started(t *testing.T, program string, arguments ...string) *client {
	t.Helper()
	script, err := filepath.Abs(arguments[0])
	if err != nil {
		t.Fatal(err)
	}
	arguments[0] = script
	c := exec.CommandContext(t.Context(), program, arguments...)
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
		_, _ = io.Copy(io.Discard, out)
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
	if got := strings.NewReplacer(`"`, "", ": ", ":", ", ", ",").Replace(c.out.Text()); got != "{"+answer+"}" {
		c.t.Errorf("%v: %s, want {%s}", question, got, answer)
	}
}

// converse reads and writes everything that the tests' server shows.
func (c *client) converse(p *plant, s protocols.Service, last ...any) {
	c.t.Helper()
	c.want("values:[16812,0,65521,4464,1]", "read", "input", 1, 0, 5) // 21.5, -15, 70000 with its words swapped
	c.want("values:[9]", "read", "input", 1, 9, 1)                    // good, and open
	c.want("values:[1,0]", "read", "discrete", 1, 0, 2)
	c.want("values:[1]", "read", "coil", 1, 0, 1)
	c.want("values:[27493,29812]", "read", "holding", 1, 3, 2) // "kett": part of a text
	c.want("values:[77]", "read", "input", 2, 0, 1)
	c.want("exception:2", "read", "input", 1, 5, 1)

	c.want("values:[]", "write", "holding", 1, 0, []int{42})
	c.want("values:[]", "write", "coil", 1, 0, []bool{false})
	c.want("values:[]", "write", "holding", 1, 0, []int{43, 16812, 0}) // two tags at once
	c.want("values:[]", last...)
	if got, want := p.writes(), "valve=42 pump=false valve=43 setpoint=21.5 valve=36"; got != want {
		c.t.Errorf("written: %s, want %s", got, want)
	}
	if stats := s.Stats(); stats.Writes != 5 || stats.Requests != 11 || stats.Refused != 1 || stats.Strangers != 0 {
		c.t.Errorf("%+v", stats)
	}
}

// secured returns the keys of a server with TLS, and the certificates of a client that it knows.
func secured(t *testing.T) (transport string, certificates []string) {
	t.Helper()
	cert, key := certificatetest.Certificate(t, "server")
	ownCert, ownKey := certificatetest.Certificate(t, "scada")
	return "tcp+tls\n    tls: {cert: " + cert + ", key: " + key + ", clients: " + ownCert + "}", []string{ownCert, ownKey, cert}
}

// cable lays a serial cable, until the test ends.
func cable(t *testing.T) *foreign.Cable {
	t.Helper()
	if testing.Short() {
		t.Skip("short mode starts no other programs")
	}
	c, err := foreign.NewCable(context.WithoutCancel(t.Context()), t.TempDir())
	conformance.Started(t, err)
	t.Cleanup(c.Close)
	return c
}

func TestPymodbusReadsAndWritesTagsOverAllButTLS(t *testing.T) {
	mask, whole := []any{"mask", 1, 0, 0xFFF0, 0x0004}, []any{"write", "holding", 1, 0, []int{36}}
	for _, transport := range []string{"tcp", "udp", "rtu+tcp", "ascii+tcp"} {
		t.Run(transport, func(t *testing.T) {
			p, s, port := serve(t, transport)
			last := mask
			if transport == "ascii+tcp" { // pymodbus does not know how long the answer to a mask write is, and waits for more
				last = whole
			}
			pymodbus(t, transport, port).converse(p, s, last...)
		})
	}
	for _, transport := range []string{"rtu", "ascii"} {
		t.Run(transport, func(t *testing.T) {
			cable := cable(t)
			p, s, _ := serveAt(t, cable.Near, transport+"\n    line: {baud: 115200, parity: none}")
			pymodbus(t, transport, cable.Far).converse(p, s, mask...)
		})
	}
}

func TestJsmodbusReadsAndWritesTags(t *testing.T) {
	whole := []any{"write", "holding", 1, 0, []int{36}} // it knows no mask write
	t.Run("tcp", func(t *testing.T) {
		p, s, port := serve(t, "tcp")
		jsmodbus(t, "tcp", port).converse(p, s, whole...)
	})
	t.Run("tcp+tls", func(t *testing.T) {
		transport, certificates := secured(t)
		p, s, port := serve(t, transport)
		jsmodbus(t, "tcp+tls", port, certificates...).converse(p, s, whole...)
	})
}
