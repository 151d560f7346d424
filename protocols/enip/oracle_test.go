package enip_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/oracle"
	"github.com/holdfast-edge/holdfast/protocols/enip"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/enip/encap"
	"github.com/holdfast-edge/holdfast/tag"
)

// wire is a tap that keeps the octets of both directions.
type wire struct {
	mutex sync.Mutex
	went  map[protocols.Note][]byte
}

func (w *wire) Note(n protocols.Note, octets []byte) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.went[n.Kind()] = append(w.went[n.Kind()], octets...)
}

func (*wire) Active() bool { return true }

// frames returns the frames of a direction.
func (w *wire) frames(t *testing.T, n protocols.Note) (frames [][]byte) {
	t.Helper()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for b := w.went[n]; len(b) > 0; {
		_, length, err := encap.Parse(b)
		if err != nil || length == 0 {
			t.Fatalf("% x is %d, %v", b, length, err)
		}
		frames, b = append(frames, b[:length]), b[length:]
	}
	return frames
}

// session does with a controller all that the driver can.
func session(t *testing.T, query string) (requests, replies [][]byte) {
	t.Helper()
	c := plant(t)
	d := kit.Device(t, "tcp://"+c.Address()+query, "",
		"name: a, address: 'Program:Main.Counter', access: rw", "name: b, address: 'Flags[37]', access: rw", "name: c, address: Profile, count: 2000",
		"name: d, address: nothing", "name: e, address: Recipe, access: rw", "name: f, address: 'Grid[2,3]'", "name: g, address: Motor.Speed")
	w := &wire{went: map[protocols.Note][]byte{}}
	e := conformance.EndpointOf(d)
	e.Tap = w
	s, err := enip.Driver{}.Dial(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	device := kit.Compile(t, d)
	for range 2 {
		if _, err := scan(t, s, device, 7); err != nil {
			t.Fatal(err)
		}
	}
	for name, v := range map[string]tag.Value{"a": tag.IntOf(5), "b": tag.BoolOf(true), "e": tag.StringOf("x")} {
		if err := s.Write(t.Context(), conformance.Point(t, device, name), v); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Probe(t.Context(), device); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"", "Program:Main", "Motor"} {
		browse(t, s.(protocols.Browser), address)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return w.frames(t, protocols.Sent), w.frames(t, protocols.Received)
}

func TestTsharkReadsWholeSessionsAsTheyWereMeant(t *testing.T) {
	if testing.Short() {
		t.Skip("tshark takes a second to start")
	}
	for _, query := range []string{"", "?connection_size=0"} {
		requests, replies := session(t, query)
		if len(requests) != len(replies)+1 || len(replies) < 15 {
			t.Fatalf("%d requests, %d replies: want a reply to each but the last", len(requests), len(replies))
		}
		var frames [][]byte
		d := oracle.Dissection{Port: 44818, Names: []string{
			"enip.command", "cip.sc", "cip.genstat", "cip.symbol", "_ws.malformed", "_ws.expert.message",
		}}
		for i, r := range requests {
			frames, d.Toward = append(frames, r), append(d.Toward, true)
			if i < len(replies) {
				frames, d.Toward = append(frames, replies[i]), append(d.Toward, false)
			}
		}
		var asked []string
		for i, told := range d.Dissect(t, frames...) {
			asked = wantAsMeant(t, told, frames[i], asked)
		}
	}
}

// meaning is what a message asks or answers, the messages in it included.
type meaning struct {
	services, statuses, symbols []string
}

// take reads a request or a reply, and those within.
func (m *meaning) take(t *testing.T, message []byte) {
	t.Helper()
	m.services = append(m.services, fmt.Sprintf("0x%02x", message[0]&0x7F))
	var data []byte
	if message[0]&0x80 != 0 {
		data = m.takeReply(t, message)
	} else {
		data = m.takeRequest(t, message)
	}
	if message[0]&0x7F != byte(cip.MultipleService) {
		return
	}
	messages, err := cip.ParseMultiple(nil, data)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range messages {
		m.take(t, one)
	}
}

func (m *meaning) takeReply(t *testing.T, message []byte) []byte {
	t.Helper()
	r, err := cip.ParseReply(message)
	if err != nil {
		t.Fatal(err)
	}
	m.statuses = append(m.statuses, fmt.Sprintf("0x%02x", r.Status.General))
	return r.Data
}

func (m *meaning) takeRequest(t *testing.T, message []byte) []byte {
	t.Helper()
	r, err := cip.ParseRequest(message)
	if err != nil {
		t.Fatal(err)
	}
	segments, ok := cip.ParsePath(r.Path)
	if !ok {
		t.Fatalf("% x is no path", r.Path)
	}
	for _, s := range segments {
		if s.Name != "" {
			m.symbols = append(m.symbols, s.Name)
		}
	}
	if r.Service == cip.UnconnectedSend && slices.Equal(r.Path, cip.AppendObject(nil, cip.ManagerClass, 1)) {
		inner, _, err := cip.ParseUnconnectedSend(r.Data)
		if err != nil {
			t.Fatal(err)
		}
		m.take(t, inner)
	}
	return r.Data
}

// wantAsMeant compares what tshark reads of a frame with what is read here, and returns the names in it. tshark finds the request of
// a reply by itself, and repeats the names that were asked for.
func wantAsMeant(t *testing.T, told oracle.Fields, frame []byte, asked []string) []string {
	t.Helper()
	f, _, err := encap.Parse(frame)
	if err != nil {
		t.Fatal(err)
	}
	if bad := told.One("_ws.malformed") + told.One("_ws.expert.message"); bad != "" {
		t.Errorf("tshark says of % x: %s", frame, bad)
	}
	if got, want := told.One("enip.command"), fmt.Sprintf("0x%04x", uint16(f.Command)); got != want {
		t.Errorf("tshark reads command %s, want %s", got, want)
	}
	var message []byte
	switch f.Command {
	case encap.SendRRData:
		message, err = encap.Unconnected(f.Data)
	case encap.SendUnitData:
		var c encap.Connected
		c, err = encap.ParseConnected(f.Data)
		message = c.Message
	}
	if err != nil {
		t.Fatal(err)
	}
	if message == nil {
		return nil
	}
	m := &meaning{}
	if m.take(t, message); len(m.statuses) > 0 {
		m.symbols = asked
	}
	got := fmt.Sprint(told["cip.sc"], told["cip.genstat"], told["cip.symbol"])
	if want := fmt.Sprint(m.services, m.statuses, m.symbols); got != want {
		t.Errorf("tshark reads % x as %s, want %s", frame, got, want)
	}
	return m.symbols
}
