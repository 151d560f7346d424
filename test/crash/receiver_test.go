package crash_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/packets"

	"github.com/holdfast-edge/holdfast/internal/ports"
)

// fault is what a far end does wrong.
type fault int32

const (
	healthy  fault = iota
	cutting        // it breaks connections off, in the middle of what it is told
	slow           // it takes its time for each message
	halfOpen       // it takes connections and then neither reads nor answers
	away           // nobody listens
	erring         // it answers with errors: at the log-in, or to messages
	faults
)

// String names the fault.
func (f fault) String() string {
	return [...]string{"healthy", "cut", "slow", "half-open", "away and restarted", "answering errors"}[f]
}

// receiver is a far end that speaks MQTT 5 and keys on the identity of records.
type receiver struct {
	t       *testing.T
	address string
	mode    atomic.Int32
	serving sync.WaitGroup

	mu       sync.Mutex
	changed  *sync.Cond
	listener net.Listener
	open     map[net.Conn]chan struct{} // closed when the connection is to end
	times    map[string]int             // identity → how often it came
	lost     map[string]bool            // identities that gap records name
	last     map[string]uint64          // stream, incarnation and lane → the sequence that came last for the first time
	disorder []string
	lines    []string // what came, as it came
	messages int
	marked   int // of them, those marked historical
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{
		t: t, address: ports.Free(t).Address(), open: map[net.Conn]chan struct{}{}, times: map[string]int{}, lost: map[string]bool{}, last: map[string]uint64{},
	}
	r.changed = sync.NewCond(&r.mu)
	r.listen()
	t.Cleanup(func() {
		r.turn(away)
		r.serving.Wait()
	})
	return r
}

// listen begins to listen, on the same port each time.
func (r *receiver) listen() {
	r.t.Helper()
	l, err := net.Listen("tcp", r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	r.mu.Lock()
	r.listener, r.address = l, l.Addr().String()
	r.mu.Unlock()
	r.serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			r.serving.Go(func() { r.serve(conn) })
		}
	})
}

// turn changes what is wrong. Connections that are there end with their fault.
func (r *receiver) turn(to fault) {
	r.t.Helper()
	before := fault(r.mode.Swap(int32(to)))
	r.mu.Lock()
	for conn, ended := range r.open {
		if to == away || before == halfOpen {
			close(ended)
			delete(r.open, conn)
			_ = conn.Close() // it may be closed already
		}
	}
	l := r.listener
	r.mu.Unlock()
	switch {
	case to == away:
		_ = l.Close() // it may be closed already
	case before == away:
		r.listen()
	}
}

// serve speaks to one client until the connection is lost.
func (r *receiver) serve(conn net.Conn) {
	ended := make(chan struct{})
	r.mu.Lock()
	r.open[conn] = ended
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.open, conn)
		r.mu.Unlock()
		_ = conn.Close() // turn may have closed it
	}()
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	in := bufio.NewReader(conn)
	if _, err := packets.ReadPacket(in); err != nil {
		return
	}
	r.takeOver(conn)
	s := &session{receiver: r, conn: conn, ended: ended, random: random, patience: random.IntN(300)}
	if s.is(erring) && random.IntN(2) == 0 {
		s.answer(&packets.Connack{ReasonCode: 0x88, Properties: &packets.Properties{}}, packets.CONNACK)
		return
	}
	s.answer(&packets.Connack{Properties: &packets.Properties{}}, packets.CONNACK)
	for s.next(in) {
	}
}

// takeOver ends every other connection: there is one client, and a broker lets go
// of the connection that it still believes in (MQTT 5.0 §3.1.4).
func (r *receiver) takeOver(by net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for conn, ended := range r.open {
		if conn != by {
			close(ended)
			delete(r.open, conn)
			_ = conn.Close() // it may be closed already
		}
	}
}

// session is one connection.
type session struct {
	receiver *receiver
	conn     net.Conn
	ended    chan struct{}
	random   *rand.Rand
	patience int // messages until a fault shows
	erred    bool
}

func (s *session) is(f fault) bool { return fault(s.receiver.mode.Load()) == f }

// next takes one packet and reports whether the connection goes on.
func (s *session) next(in *bufio.Reader) bool {
	if s.is(halfOpen) {
		<-s.ended
		return false
	}
	packet, err := packets.ReadPacket(in)
	if err != nil || s.over() {
		return false
	}
	switch p := packet.Content.(type) {
	case *packets.Publish:
		return s.publish(p)
	case *packets.Pingreq:
		return s.answer(&packets.Pingresp{}, packets.PINGRESP)
	default:
		return false
	}
}

// over reports whether the connection has ended, though packets of it may have been read ahead.
func (s *session) over() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

func (s *session) publish(p *packets.Publish) bool {
	s.patience--
	ack := &packets.Puback{PacketID: p.PacketID, Properties: &packets.Properties{}}
	switch {
	case s.erred, s.is(erring) && s.patience < 0:
		s.erred = true // and so does all that follows, whatever fault is next: it takes nothing out of turn
		ack.ReasonCode = 0x97
		return s.answer(ack, packets.PUBACK)
	case s.is(cutting) && s.patience < 0:
		if s.random.IntN(2) == 0 {
			s.receiver.take(p.Payload) // it has it, and the sender will never know
		}
		return false
	case s.is(slow):
		select {
		case <-time.After(time.Duration(s.random.IntN(3)) * time.Millisecond):
		case <-s.ended:
			return false
		}
	}
	s.receiver.take(p.Payload)
	return s.answer(ack, packets.PUBACK)
}

func (s *session) answer(content packets.Packet, kind byte) bool {
	packet := packets.NewControlPacket(kind)
	packet.Content = content
	_, err := packet.WriteTo(s.conn)
	return err == nil
}

// message is what the sink tells: a row, or a gap.
type message struct {
	ID         string `json:"id"`
	Historical bool   `json:"historical"`
	Gap        *struct {
		First string `json:"first"`
		Count uint64 `json:"count"`
	} `json:"gap"`
}

// take keeps what a message says.
func (r *receiver) take(payload []byte) {
	var m message
	if err := json.Unmarshal(payload, &m); err != nil {
		r.t.Errorf("%s: %v", payload, err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.changed.Broadcast()
	r.messages++
	r.lines = append(r.lines, string(payload))
	if m.Gap != nil {
		stream, first := splitIdentity(m.Gap.First)
		for i := range m.Gap.Count {
			r.lost[stream+"/"+strconv.FormatUint(first+i, 10)] = true
		}
		return
	}
	if m.Historical {
		r.marked++
	}
	if r.times[m.ID]++; r.times[m.ID] > 1 {
		return
	}
	stream, sequence := splitIdentity(m.ID)
	lane := fmt.Sprint(stream, m.Historical)
	if sequence < r.last[lane] {
		r.disorder = append(r.disorder, fmt.Sprintf("%s after %d, historical: %t", m.ID, r.last[lane], m.Historical))
	}
	r.last[lane] = sequence
}

// splitIdentity splits a record's identity in front of its sequence.
func splitIdentity(id string) (stream string, sequence uint64) {
	i := strings.LastIndexByte(id, '/')
	sequence, _ = strconv.ParseUint(id[i+1:], 10, 64) // 0 is no sequence, and will be missed
	return id[:max(i, 0)], sequence
}

// await waits until a condition of what has come holds.
func (r *receiver) await(what string, holds func() bool) {
	r.t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	timer := time.AfterFunc(time.Until(deadline), func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.changed.Broadcast()
	})
	defer timer.Stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	for !holds() {
		if time.Now().After(deadline) {
			r.t.Fatalf("%s: not within two minutes, after %d messages, under %s", what, r.messages, fault(r.mode.Load()))
		}
		r.changed.Wait()
	}
}
