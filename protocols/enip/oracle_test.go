package enip_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/oracle"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/enip/encap"
	"github.com/holdfast-edge/holdfast/tag"
)

// session does with a controller all that the driver can.
func session(t *testing.T, query string) (frames [][]byte, toward []bool) {
	t.Helper()
	c := plant(t)
	d := kit.Device(t, "tcp://"+c.Address()+query, "",
		"name: a, address: 'Program:Main.Counter', access: rw", "name: b, address: 'Flags[37]', access: rw", "name: c, address: Profile, count: 2000",
		"name: d, address: nothing", "name: e, address: Recipe, access: rw", "name: f, address: 'Grid[2,3]'", "name: g, address: Motor.Speed")
	tap := oracle.Stream(encap.Parse)
	s := kit.DialTapped(t, d, tap)
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
	return tap.Frames(t)
}

func TestTsharkReadsWholeSessionsAsTheyWereMeant(t *testing.T) {
	if testing.Short() {
		t.Skip("tshark takes a second to start")
	}
	for _, query := range []string{"", "?connection_size=0"} {
		frames, toward := session(t, query)
		if len(frames) < 31 || !slices.Equal(toward, byTurns(len(frames))) {
			t.Fatalf("requests are %v: want a reply to each but the last", toward)
		}
		d := oracle.Dissection{Port: 44818, Toward: toward, Names: []string{
			"enip.command", "cip.sc", "cip.genstat", "cip.symbol", "_ws.malformed", "_ws.expert.message",
		}}
		var asked []string
		for i, told := range d.Dissect(t, frames...) {
			asked = wantAsMeant(t, told, frames[i], asked)
		}
	}
}

// byTurns returns which of so many frames are requests where each is answered but the last.
func byTurns(n int) (requests []bool) {
	for i := range n | 1 {
		requests = append(requests, i%2 == 0)
	}
	return requests
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
