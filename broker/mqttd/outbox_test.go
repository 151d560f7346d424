package mqttd

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The outbox against a list: nothing is lost, sent out of order, or sent beyond
// the window, whatever happens to the connection.
func TestAnOutboxKeepsItsPromisesWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := newOutbox(Limits{Messages: rapid.IntRange(1, 30).Draw(t, "messages"), Bytes: 1 << 20})
		const each = 200 // octets
		var seq uint64
		var quickest, lastQuick uint64 // of the messages in bundles: that was put, that came
		waiting := map[uint64]bool{}   // QoS 1 and 2 that the outbox has to have
		onWay := map[uint16]*item{}    // sent on this connection
		window := 0
		last := uint64(0) // the highest that was sent for the first time
		moment := time.Unix(1000, 0)
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				qos := rapid.ByteRange(0, 2).Draw(t, "qos")
				it := &item{message: &message{topic: "t"}, qos: qos, size: each}
				if qos > 0 {
					seq++
					it.seq = seq
					waiting[seq] = true
				}
				_, queued := o.put(it)
				for _, old := range queued {
					delete(waiting, old.seq)
				}
			},
			"put a bundle": func(t *rapid.T) {
				b := &bundle{message: message{topic: "t"}, payloads: make([][]byte, rapid.IntRange(1, 40).Draw(t, "payloads"))}
				room := make([]byte, each-b.sizeOf(0))
				for i := range b.payloads {
					quickest++
					binary.BigEndian.PutUint64(room, quickest)
					b.payloads[i] = bytes.Clone(room)
				}
				before := o.len()
				dropped, queued := o.putAll(b, nil)
				for _, old := range queued {
					delete(waiting, old.seq)
				}
				if o.len() != before+len(b.payloads)-dropped {
					t.Fatalf("%d were there, %d come, %d drop: %d", before, len(b.payloads), dropped, o.len())
				}
			},
			"next": func(t *rapid.T) {
				it := o.next(moment)
				if it == nil {
					return
				}
				if it.qos == 0 && len(it.message.payload) > 0 {
					place := binary.BigEndian.Uint64(it.message.payload)
					if place <= lastQuick {
						t.Fatalf("%d comes after %d", place, lastQuick)
					}
					lastQuick = place
				}
				if it.qos == 0 {
					return
				}
				if onWay[it.id] != nil || len(onWay) >= window {
					t.Fatalf("%d of %d are on the way, and %d comes", len(onWay), window, it.id)
				}
				if !it.dup && it.seq < last {
					t.Fatalf("%d comes after %d", it.seq, last)
				}
				last = max(last, it.seq)
				onWay[it.id] = it
			},
			"acknowledge": func(t *rapid.T) {
				if len(onWay) == 0 {
					return
				}
				id := rapid.SampledFrom(slices.Sorted(maps.Keys(onWay))).Draw(t, "id")
				it := o.settle(id)
				if it != onWay[id] {
					t.Fatalf("settled %v", it)
				}
				delete(onWay, id)
				delete(waiting, it.seq)
			},
			"acknowledge nothing": func(t *rapid.T) {
				if id := rapid.Uint16().Draw(t, "id"); onWay[id] == nil && o.flight[id] == nil && o.settle(id) != nil {
					t.Fatalf("settled %d", id)
				}
			},
			"connect": func(t *rapid.T) {
				o.disconnect()
				clear(onWay)
				window = rapid.IntRange(1, 10).Draw(t, "window")
				o.reconnect(window)
			},
			"": func(t *rapid.T) {
				if o.queue.len()+len(o.flight) != len(waiting) {
					t.Fatalf("%d wait and %d are on the way, of %d", o.queue.len(), len(o.flight), len(waiting))
				}
				if o.bytes != each*o.len() || o.loaded != o.bytes {
					t.Fatalf("%d bytes, %d loaded, for %d messages", o.bytes, o.loaded, o.len())
				}
			},
		})
		o.reconnect(1 << 16)
		clear(onWay)
		for it := o.next(moment); it != nil; it = o.next(moment) {
			if it.qos > 0 {
				if !waiting[it.seq] {
					t.Fatalf("%d comes again", it.seq)
				}
				o.settle(it.id)
				delete(waiting, it.seq)
			}
		}
		if len(waiting) > 0 || o.bytes != 0 {
			t.Fatalf("%v never came, %d bytes are left", waiting, o.bytes)
		}
	})
}

func TestAnIdentifierThatIsStillInUseIsNotUsedAgain(t *testing.T) {
	o := newOutbox(Limits{Messages: 10, Bytes: 1 << 20})
	o.reconnect(10)
	for _, seq := range []uint64{1, 1 + 65535, 2 + 65535} {
		o.put(&item{message: &message{}, seq: seq, qos: 1})
	}
	first := o.next(time.Time{})
	if it := o.next(time.Time{}); it != nil {
		t.Fatalf("%d is sent as %d beside %d", it.seq, it.id, first.seq)
	}
	o.settle(first.id)
	if it := o.next(time.Time{}); it == nil || it.id != 1 {
		t.Fatalf("got %v", it)
	}
}

func TestIdentifiersAreNeverZero(t *testing.T) {
	for _, seq := range []uint64{1, 65534, 65535, 65536, 131070, 131071} {
		if identifier(seq) == 0 {
			t.Errorf("%d", seq)
		}
	}
}

func TestMessagesOfAnyQoSThatHaveLostTheirUseAreCounted(t *testing.T) {
	const life = time.Second
	at := time.Unix(1_800_000_000, 0)
	o := newOutbox(Limits{Messages: 100, Bytes: 1 << 20})
	o.window = 10
	for seq := range uint64(6) {
		m := &message{topic: "t", qos: byte(seq % 3), arrived: at}
		if seq < 4 {
			m.expires = at.Add(life)
		}
		o.put(&item{message: m, qos: m.qos, seq: seq + 1, size: m.size()})
	}
	sent := 0
	for o.next(at.Add(life)) != nil {
		sent++
	}
	if sent != 2 || o.lapsed != 4 || len(o.gone) != 2 {
		t.Errorf("%d sent, %d have lost their use, %d of them to be forgotten", sent, o.lapsed, len(o.gone))
	}
}

func TestContentThatIsOnTheDiskOnlyIsAskedForAndWhatIsGoneIsSkipped(t *testing.T) {
	o := newOutbox(Limits{Messages: 10, Bytes: 1 << 20})
	o.reconnect(10)
	for seq := range uint64(4) {
		it := &item{message: &message{}, seq: seq + 1, qos: 1, size: 10, stored: true}
		o.put(it)
		o.unload(it, 0)
	}
	if o.next(time.Time{}) != nil || o.loaded != 0 {
		t.Fatal("sent without content")
	}
	asked := o.missing(3)
	if !slices.Equal(asked, []uint64{1, 2, 3}) {
		t.Fatalf("asked for %v", asked)
	}
	o.fill(map[uint64]*message{2: {}, 3: {}}, asked)
	if it := o.next(time.Time{}); it == nil || it.seq != 2 {
		t.Fatalf("got %v", it)
	}
	if o.len() != 3 || o.bytes != 30 || o.loaded != 20 {
		t.Errorf("%d left, %d bytes, %d loaded", o.len(), o.bytes, o.loaded)
	}
}

func TestADequeIsFirstInFirstOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d deque[int]
		var model []int
		for i := range rapid.IntRange(0, 500).Draw(t, "steps") {
			if rapid.IntRange(0, 2).Draw(t, "step") > 0 || len(model) == 0 {
				d.push(i)
				model = append(model, i)
				continue
			}
			if got := d.pop(); got != model[0] {
				t.Fatalf("got %d, want %d", got, model[0])
			}
			model = model[1:]
		}
		for i, want := range model {
			if *d.at(i) != want {
				t.Fatalf("at %d: %d, want %d", i, *d.at(i), want)
			}
		}
		if d.len() != len(model) {
			t.Fatalf("length %d, want %d", d.len(), len(model))
		}
	})
}
