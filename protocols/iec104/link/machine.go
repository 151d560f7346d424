package link

import (
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
)

// Parameters are what both ends of a link have to agree on (104 §9.6).
type Parameters struct {
	K  int           // the most frames on the way without an acknowledgement; 1 to 32767
	W  int           // after so many frames received, they are acknowledged at the latest
	T1 time.Duration // until an acknowledgement or an answer has to be there
	T2 time.Duration // until frames received are acknowledged; less than T1
	T3 time.Duration // without a frame, until the line is tested
}

// Standard returns the parameters that the standard proposes.
func Standard() Parameters {
	return Parameters{K: 12, W: 8, T1: 15 * time.Second, T2: 10 * time.Second, T3: 20 * time.Second}
}

// Errors that end a link, to be told apart with errors.Is.
var (
	ErrTimeout  = errors.New("no answer within t1")
	ErrSequence = errors.New("a sequence number that is not due")
	ErrProtocol = errors.New("a frame that is not due")
)

// Machine is the state of one link at one of its ends. It has no clock: every call is told the time.
type Machine struct {
	Parameters
	controlled bool
	started    bool
	sent       uint16      // V(S): the number of the next frame to be sent
	confirmed  uint16      // the number of the oldest frame sent that is not acknowledged
	times      []time.Time // when those were sent, the oldest first
	received   uint16      // V(R): the number of the next frame to come
	told       uint16      // the last V(R) that the other end was told
	owedSince  time.Time   // when the first frame came that it was not told of
	heard      time.Time
	asked      map[apdu.Function]time.Time // what is to be confirmed, by its con
}

// NewMachine returns the machine of a link that was established at the time given. controlled is for the end that waits
// to be started.
func NewMachine(p Parameters, controlled bool, now time.Time) *Machine {
	return &Machine{Parameters: p, controlled: controlled, heard: now, asked: map[apdu.Function]time.Time{}}
}

// Started reports whether ASDUs may go either way.
func (m *Machine) Started() bool { return m.started }

// Room reports whether an ASDU may be sent now.
func (m *Machine) Room() bool { return m.started && len(m.times) < m.K }

// Unacknowledged returns how many ASDUs were sent that the other end has not acknowledged.
func (m *Machine) Unacknowledged() int { return len(m.times) }

// Send appends a frame with an ASDU; there must be Room.
func (m *Machine) Send(dst, asdu []byte, now time.Time) []byte {
	dst = apdu.AppendI(dst, m.sent, m.received, asdu)
	m.sent = next(m.sent)
	m.times = append(m.times, now)
	m.told, m.owedSince = m.received, time.Time{}
	return dst
}

// Ask appends a frame with STARTDT, STOPDT or TESTFR act, unless one is on the way, and returns the con to wait for.
func (m *Machine) Ask(dst []byte, act apdu.Function, now time.Time) ([]byte, apdu.Function) {
	con := confirmation(act)
	if _, waiting := m.asked[con]; waiting {
		return dst, con
	}
	m.asked[con] = now
	return apdu.AppendU(dst, act), con
}

// confirmation returns the con of an act.
func confirmation(act apdu.Function) apdu.Function {
	switch act {
	case apdu.StartAct:
		return apdu.StartCon
	case apdu.StopAct:
		return apdu.StopCon
	default:
		return apdu.TestCon
	}
}

// next returns the number behind n.
func next(n uint16) uint16 { return (n + 1) % apdu.Modulus }

// Receive takes a frame and appends what answers it at once. After an error the link is to be closed. The ASDU of an I
// frame may be taken where there is none.
func (m *Machine) Receive(dst []byte, f apdu.Frame, now time.Time) ([]byte, error) {
	m.heard = now
	switch f.Format {
	case apdu.U:
		return m.function(dst, f.Function)
	case apdu.S:
		return dst, m.acknowledged(f.Receive)
	default:
		return m.numbered(dst, f, now)
	}
}

// numbered takes an I frame. It is due while the link is started, and until STOPDT is confirmed.
func (m *Machine) numbered(dst []byte, f apdu.Frame, now time.Time) ([]byte, error) {
	if !m.started {
		return dst, fmt.Errorf("%w: an I frame on a link that is not started", ErrProtocol)
	}
	if f.Send != m.received {
		return dst, fmt.Errorf("%w: N(S) is %d, want %d", ErrSequence, f.Send, m.received)
	}
	if err := m.acknowledged(f.Receive); err != nil {
		return dst, err
	}
	m.received = next(m.received)
	if m.owedSince.IsZero() {
		m.owedSince = now
	}
	if m.owed() >= m.W {
		dst = m.acknowledge(dst)
	}
	return dst, nil
}

// owed returns how many frames the other end was not told of.
func (m *Machine) owed() int { return int((m.received - m.told) % apdu.Modulus) }

// acknowledge appends an S frame.
func (m *Machine) acknowledge(dst []byte) []byte {
	m.told, m.owedSince = m.received, time.Time{}
	return apdu.AppendS(dst, m.received)
}

// acknowledged takes the number that the other end expects next: it may acknowledge what is on the way, and no more.
func (m *Machine) acknowledged(n uint16) error {
	count := int((n - m.confirmed) % apdu.Modulus)
	if count > len(m.times) {
		return fmt.Errorf("%w: N(R) is %d, with %d frames on the way from %d", ErrSequence, n, len(m.times), m.confirmed)
	}
	m.confirmed = n
	m.times = append(m.times[:0], m.times[count:]...)
	return nil
}

// function takes a U frame.
func (m *Machine) function(dst []byte, f apdu.Function) ([]byte, error) {
	switch f {
	case apdu.TestAct:
		return apdu.AppendU(dst, apdu.TestCon), nil
	case apdu.StartAct, apdu.StopAct:
		if !m.controlled {
			return dst, fmt.Errorf("%w: %v from a controlled station", ErrProtocol, f)
		}
		if f == apdu.StopAct && m.owed() > 0 {
			dst = m.acknowledge(dst)
		}
		m.started = f == apdu.StartAct
		return apdu.AppendU(dst, confirmation(f)), nil
	}
	if _, waiting := m.asked[f]; !waiting {
		return dst, fmt.Errorf("%w: %v that nobody has asked for", ErrProtocol, f)
	}
	delete(m.asked, f)
	if f != apdu.TestCon {
		m.started = f == apdu.StartCon
	}
	return dst, nil
}

// Tick appends what is due by the time. Its error says that the other end has let t1 pass.
func (m *Machine) Tick(dst []byte, now time.Time) ([]byte, error) {
	if len(m.times) > 0 && !now.Before(m.times[0].Add(m.T1)) {
		return dst, fmt.Errorf("%w: %d frames are not acknowledged", ErrTimeout, len(m.times))
	}
	for con, at := range m.asked {
		if !now.Before(at.Add(m.T1)) {
			return dst, fmt.Errorf("%w: %v did not come", ErrTimeout, con)
		}
	}
	if !m.owedSince.IsZero() && !now.Before(m.owedSince.Add(m.T2)) {
		dst = m.acknowledge(dst)
	}
	if len(m.asked) == 0 && !now.Before(m.heard.Add(m.T3)) {
		dst, _ = m.Ask(dst, apdu.TestAct, now)
	}
	return dst, nil
}

// Deadline returns when Tick has something to do next.
func (m *Machine) Deadline() time.Time {
	var soonest time.Time
	consider := func(at time.Time) {
		if soonest.IsZero() || at.Before(soonest) {
			soonest = at
		}
	}
	if len(m.times) > 0 {
		consider(m.times[0].Add(m.T1))
	}
	for _, at := range m.asked {
		consider(at.Add(m.T1))
	}
	if !m.owedSince.IsZero() {
		consider(m.owedSince.Add(m.T2))
	}
	if len(m.asked) == 0 {
		consider(m.heard.Add(m.T3))
	}
	return soonest
}
