package server_test

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/internal/leak"
	"github.com/holdfast-edge/holdfast/protocols/modbus/server"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestMain(m *testing.M) { leak.Main(m) }

// compiled returns a server that lets in whom it is told to.
func compiled(t *testing.T, keys string) (*plant, string) {
	t.Helper()
	loaded, err := decode("site: test\nservers:\n  - {name: scada, type: modbus, " + keys + ", tags: [{tag: a.b, address: \"input:0\"}]}\n")
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.Server{}.Compile(&loaded.Servers[0])
	if err != nil {
		t.Fatal(err)
	}
	p := &plant{values: map[string]tag.Value{"a.b": tag.IntOf(5)}}
	return p, run(t, s, p)
}

// question reads input register 0 of unit 1.
var question = []byte{0, 1, 0, 0, 0, 6, 1, 4, 0, 0, 0, 1}

// ask connects and asks, and returns what came back.
func ask(t *testing.T, port string, question []byte) []byte {
	t.Helper()
	conn, err := net.DialTimeout("tcp", "127.0.0.1:"+port, patience)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	_, _ = conn.Write(question)
	answer := make([]byte, 11)
	n, _ := io.ReadFull(conn, answer)
	return answer[:n]
}

func TestOnlyWhoIsAllowedIsAnswered(t *testing.T) {
	for allow, want := range map[string]bool{
		"": true, "allow: 127.0.0.1,": true, "allow: [10.0.0.0/8, 127.0.0.0/8],": true, "allow: [10.0.0.7],": false,
	} {
		_, port := compiled(t, strings.TrimSuffix(allow+" listen: '127.0.0.1:0'", ","))
		if got := len(ask(t, port, question)) > 0; got != want {
			t.Errorf("with %q a client of this machine was answered: %v", allow, got)
		}
	}
}

func TestWhoSpeaksAnotherProtocolIsHungUpOn(t *testing.T) {
	for _, transport := range []string{"tcp", "rtu+tcp", "ascii+tcp"} {
		_, port := compiled(t, "listen: '127.0.0.1:0', transport: "+transport)
		if got := ask(t, port, []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"+strings.Repeat("x", 900))); len(got) > 0 {
			t.Errorf("%s: it answered % x", transport, got)
		}
	}
}

func TestMoreClientsThanMayBeAreRefused(t *testing.T) {
	_, port := compiled(t, "listen: '127.0.0.1:0', max_clients: 1")
	first, err := net.DialTimeout("tcp", "127.0.0.1:"+port, patience)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = first.Write(question)
	if _, err := io.ReadFull(first, make([]byte, 11)); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, port, question); len(got) > 0 {
		t.Errorf("a second was answered: % x", got)
	}
	first.Close()
	eventually(t, "there is room again", func() bool { return len(ask(t, port, question)) > 0 })
}

func TestWhatCannotBeServedIsRefusedAtItsKey(t *testing.T) {
	for keys, want := range map[string]string{
		`listen: '0.0.0.0:1502', tags: [{tag: a.b, address: "input:0"}]`:                                                       "nobody could connect from the network",
		`listen: '127.0.0.1:0', allow: [anybody], tags: [{tag: a.b, address: "input:0"}]`:                                      "no address and no network",
		`listen: '127.0.0.1:0', tags: [{tag: ab, address: "input:0"}]`:                                                         "no tag of a device",
		`listen: '127.0.0.1:0', tags: [{tag: a.b, address: "input:0"}, {tag: a.c, address: "input:0"}]`:                        "tags[0]",
		`listen: '127.0.0.1:0', tags: [{tag: a.b, address: "input:0", access: rw}]`:                                            "cannot be written",
		`listen: '127.0.0.1:0', tags: [{tag: a.b, address: "holding:0.1", access: rw}]`:                                        "a bit of a register",
		`listen: '127.0.0.1:0', tags: [{tag: a.b, address: "input:0", good: "input:1"}]`:                                       "one bit",
		`listen: '127.0.0.1:0', tags: [{tag: a.b, address: "input:0", type: string}]`:                                          "needs its length",
		`listen: '127.0.0.1:0', tags: [{tag: a.b, address: "input:0", on_bad: substitute, substitute: -1}]`:                    "substitute does not fit",
		`listen: '127.0.0.1:0', tags: [{tag: a.b, address: "input:1", type: uint32}, {tag: a.c, address: "input:2", unit: 1}]`: "another address",
		`listen: '127.0.0.1', tags: [{tag: a.b, address: "input:0"}]`:                                                          "not an address to listen on",
		`listen: '127.0.0.1:0', transport: rtu, tags: [{tag: a.b, address: "input:0"}]`:                                        "a serial port is a file",
		`listen: /dev/ttyS0, transport: rtu, allow: 10.0.0.1, tags: [{tag: a.b, address: "input:0"}]`:                          "has no address",
		`listen: /dev/ttyS0, transport: rtu, line: {data_bits: 7}, tags: [{tag: a.b, address: "input:0"}]`:                     "bytes of 8 bits",
		`listen: '127.0.0.1:0', transport: tcp+tls, tags: [{tag: a.b, address: "input:0"}]`:                                    "no certificates",
		`listen: '127.0.0.1:0', tls: {cert: a, key: b, clients: c}, tags: [{tag: a.b, address: "input:0"}]`:                    "nothing is encrypted",
		`listen: '0.0.0.0:0', transport: udp, tags: [{tag: a.b, address: "input:0"}]`:                                          "nobody could connect from the network",
	} {
		_, err := decode("site: test\nservers:\n  - {name: scada, type: modbus, " + keys + "}\n")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", keys, err, want)
		}
	}
}
