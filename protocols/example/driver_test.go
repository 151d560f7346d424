package example_test

import (
	"bufio"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/example"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestTheExampleConforms(t *testing.T) {
	conformance.Run(t, conformance.Harness{
		Driver: example.Driver{},
		Start:  start,
		Wrong: map[string]*config.Device{
			"an address of two words": {Options: &example.DeviceOptions{}, Groups: []config.Group{{Tags: []config.Tag{{Name: "x", Address: "a b"}}}}},
			"no options":              {},
		},
	})
}

func TestTheExamplesKeysAreDecoded(t *testing.T) {
	site, err := config.Parse([]config.Source{{Name: "site.yaml", Data: []byte(
		"site: x\ndevices: [{name: y, driver: example, endpoint: 'tcp://h:1', groups: []}]")}}, catalog(t))
	if err != nil || site.Devices[0].Options.(*example.DeviceOptions).Timeout != time.Second {
		t.Errorf("%+v, %v", site, err)
	}
}

func catalog(t *testing.T) *config.Catalog {
	t.Helper()
	c, err := config.NewCatalog([]config.Driver{example.Driver{}.Spec()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// server is a device of the protocol, in memory.
type server struct {
	listener net.Listener

	mutex  sync.Mutex
	values map[string]string
	fault  faulty.Fault
	open   []net.Conn
	held   []func() // answers that are late
}

func start(t *testing.T) conformance.Peer {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{listener: listener, values: map[string]string{}}
	t.Cleanup(func() {
		listener.Close()
		s.cut()
	})
	go s.accept()
	return s
}

func (s *server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mutex.Lock()
		s.open = append(s.open, conn)
		unreached := s.fault == faulty.Unreached
		s.mutex.Unlock()
		if unreached {
			conn.Close()
			continue
		}
		go s.serve(conn)
	}
}

func (s *server) cut() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, conn := range s.open {
		conn.Close()
	}
}

func (s *server) serve(conn net.Conn) {
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		answer, fault := s.answer(lines.Text())
		switch fault {
		case faulty.Silent, faulty.HalfOpen, faulty.Unreached:
			continue
		case faulty.Late:
			s.hold(func() { fmt.Fprintln(conn, answer) })
			continue
		case faulty.Garbage:
			answer = "\xFF\x00%%%"
		case faulty.HalfFrame, faulty.Drip:
			fmt.Fprint(conn, answer[:1])
			continue
		case faulty.Refusing:
			answer = "! not now"
		case faulty.CutOff:
			return
		}
		fmt.Fprintln(conn, answer)
	}
}

// hold has an answer given when the device is healed.
func (s *server) hold(answer func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.held = append(s.held, answer)
}

func (s *server) answer(line string) (string, faulty.Fault) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	words := strings.Fields(line)
	value, known := s.values[words[1]]
	switch {
	case !known:
		return "! no such address", s.fault
	case words[0] == "read":
		return "= " + value, s.fault
	case s.fault == 0:
		s.values[words[1]] = words[2]
	}
	return "ok", s.fault
}

func (s *server) Device(timeout time.Duration) *config.Device {
	url := config.URL{}
	_ = url.UnmarshalText([]byte("tcp://" + s.listener.Addr().String()))
	d := &config.Device{Name: "device", Endpoint: url, Options: &example.DeviceOptions{Timeout: timeout}}
	group := config.Group{Name: "main"}
	for _, name := range []string{conformance.Number, conformance.Decimal, conformance.Flag, conformance.Fixed, conformance.Missing} {
		group.Tags = append(group.Tags, config.Tag{Name: name, Address: name, Access: config.ReadWrite})
	}
	d.Groups = []config.Group{group}
	return d
}

func (s *server) Set(name string, v tag.Value) {
	f, _ := v.Float()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.values[name] = strconv.FormatFloat(f, 'g', -1, 64)
}

func (s *server) Held(name string) tag.Value {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	f, _ := strconv.ParseFloat(s.values[name], 64)
	return tag.FloatOf(f)
}

func (s *server) Break(f faulty.Fault) bool {
	s.mutex.Lock()
	s.fault = f
	s.mutex.Unlock()
	if f == faulty.Unreached {
		s.cut()
	}
	return true
}

func (s *server) Heal() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.fault = 0
	for _, answer := range s.held {
		answer()
	}
	s.held = nil
}
