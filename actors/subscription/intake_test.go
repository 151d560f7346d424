package subscription

import (
	"testing"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/streamsql/decode"
	"github.com/holdfast-edge/holdfast/tag"
)

// brittle is a decoder that panics on the payload "bad".
type brittle struct{ *decode.Decoder }

func (b brittle) Add(payload []byte, arrived int64, hops int) (int, error) {
	if string(payload) == "bad" {
		panic("a defect of the decoder")
	}
	return b.Decoder.Add(payload, arrived, hops)
}

// incarnation returns a fresh intake, as a restart makes one.
func incarnation(t *testing.T, s *suspects, m *Meter) *intake {
	t.Helper()
	d, err := decode.New(decode.Options{Name: "s", All: true})
	if err != nil {
		t.Fatal(err)
	}
	demand := NewDemand(Columns{All: true})
	return &intake{
		decoder: brittle{d}, demand: demand, reads: demand.columns.Load(), stream: broker.New(nil).Stream("s"), meter: m, suspects: s, refused: func(error) {},
	}
}

// panics reports whether the intake ends with a panic on these messages.
func panics(t *testing.T, in *intake, payloads ...string) (ended bool) {
	t.Helper()
	defer func() { ended = recover() != nil }()
	var all []mqttd.Message
	for _, p := range payloads {
		all = append(all, mqttd.Message{Topic: "s", Payload: []byte(p)})
	}
	if err := in.take(t.Context(), all); err != nil {
		t.Error(err)
	}
	return false
}

func TestAPayloadThatEndsTheDecoderTwiceIsNotTriedAgain(t *testing.T) {
	s, m := newSuspects(), &Meter{}
	for n := range 2 {
		if !panics(t, incarnation(t, s, m), `{"a":1}`, "bad") {
			t.Fatalf("incarnation %d did not panic", n)
		}
	}
	in := incarnation(t, s, m)
	if panics(t, in, `{"a":1}`, "bad", `{"a":2}`) {
		t.Fatal("the third incarnation panicked, too")
	}
	if m.Refused.Load() != 1 || m.Rows.Load() != 2 {
		t.Errorf("%d refused, %d rows", m.Refused.Load(), m.Rows.Load())
	}
}

func TestWhatIsNotToBlameIsTriedAgain(t *testing.T) {
	s := newSuspects()
	for i := range 100 { // more than are remembered
		s.blame([]byte{byte(i)})
	}
	if err := s.check([]byte("other")); err != nil {
		t.Error(err)
	}
	if len(s.blamed) > mostSuspects {
		t.Errorf("%d remembered", len(s.blamed))
	}
}

func TestWhatTheBrokerHadRetainedIsNotLive(t *testing.T) {
	in := incarnation(t, newSuspects(), &Meter{})
	var origins []tag.Origin
	sub := in.stream.Subscribe(8, broker.Block, func() {})
	in.far = true
	m := func(retained bool) mqttd.Message { return mqttd.Message{Payload: []byte(`{"a":1}`), Retain: retained} }
	if err := in.take(t.Context(), []mqttd.Message{m(true), m(true), m(false), m(true)}); err != nil {
		t.Fatal(err)
	}
	rows := 0
	for b := sub.Next(); b != nil; b = sub.Next() {
		origins = append(origins, b.Origin())
		rows += b.Len()
	}
	if len(origins) != 3 || origins[0] != tag.Backfill || origins[1] != tag.Live || origins[2] != tag.Backfill || rows != 4 {
		t.Errorf("%v, %d rows", origins, rows)
	}
}
