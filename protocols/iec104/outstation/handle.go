package outstation

import (
	"time"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
)

// heardLimit bounds the headers that are kept for Heard.
const heardLimit = 1000

// selection names what is selected.
type selection struct {
	station uint16
	kind    apdu.Type
	address uint32
}

// handle answers an ASDU of a client.
func (c *client) handle(asdu []byte) {
	a, err := apdu.ParseASDU(asdu)
	s := c.outstation
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.heard = append(s.heard, a.Header)
	s.heard = s.heard[max(0, len(s.heard)-heardLimit):]
	if s.Fault() == Mute {
		return
	}
	if err != nil || a.Len() != 1 {
		c.mirror(a, apdu.UnknownType, true)
		return
	}
	if a.Station == apdu.AllStations {
		for _, station := range s.stations {
			each := a
			each.Station = station.number
			c.answer(station, each)
		}
		return
	}
	station := s.stations[a.Station]
	if station == nil {
		c.mirror(a, apdu.UnknownStation, true)
		return
	}
	c.answer(station, a)
}

// mirror sends an ASDU back with another cause (101 §7.2.3).
func (c *client) mirror(a apdu.ASDU, cause apdu.Cause, negative bool) {
	if a.Len() == 0 {
		return // of a type that cannot be written here
	}
	h := a.Header
	h.Cause, h.Negative = cause, negative
	c.put(h, a.At(0))
}

// answer answers what concerns one station.
func (c *client) answer(s *Station, a apdu.ASDU) {
	refusing := c.outstation.Fault() == faulty.Refusing
	switch {
	case a.Type == apdu.Read:
		c.read(s, a, refusing)
	case a.Cause != apdu.Activation:
		c.mirror(a, apdu.UnknownCause, true)
	case refusing:
		c.mirror(a, apdu.ActivationCon, true)
	case a.Type == apdu.Interrogation:
		c.interrogated(s, a, apdu.Cause(a.At(0).Qualifier), func(kind apdu.Type) bool { return kind != apdu.Totals })
	case a.Type == apdu.CounterInterrogation:
		c.interrogated(s, a, apdu.InterrogatedCounters, func(kind apdu.Type) bool { return kind == apdu.Totals })
	case a.Type == apdu.ClockSynchronization:
		s.clock, _ = a.At(0).Time.In(s.zone())
		c.mirror(a, apdu.ActivationCon, false)
	case a.Type == apdu.TestCommand || a.Type == apdu.TestCommandTime:
		c.mirror(a, apdu.ActivationCon, false)
	default:
		c.command(s, a)
	}
}

// read answers a read (101 §7.4.3): the value, or the request with what is unknown.
func (c *client) read(s *Station, a apdu.ASDU, refusing bool) {
	at := s.objects[a.At(0).Address]
	if at == nil || at.kind == 0 || refusing {
		c.mirror(a, apdu.UnknownObject, true)
		return
	}
	c.put(apdu.Header{Type: at.kind, Cause: apdu.Request, Originator: a.Originator, Station: s.number}, at.value)
}

// interrogated confirms, sends every object that is wanted, those of a type together, and terminates (101 §7.4.5).
func (c *client) interrogated(s *Station, a apdu.ASDU, cause apdu.Cause, wanted func(apdu.Type) bool) {
	c.mirror(a, apdu.ActivationCon, false)
	byType := map[apdu.Type][]apdu.Object{}
	var order []apdu.Type
	for _, address := range s.addresses() {
		at := s.objects[address]
		if !wanted(at.kind) {
			continue
		}
		if byType[at.kind] == nil {
			order = append(order, at.kind)
		}
		byType[at.kind] = append(byType[at.kind], at.value)
	}
	for _, kind := range order {
		h := apdu.Header{Type: kind, Cause: cause, Originator: a.Originator, Station: s.number}
		for objects := byType[kind]; len(objects) > 0; {
			n := min(len(objects), apdu.Room(kind, false))
			c.put(h, objects[:n]...)
			objects = objects[n:]
		}
	}
	c.mirror(a, apdu.ActivationTerm, false)
}

// command selects or executes (101 §7.4.7).
func (c *client) command(s *Station, a apdu.ASDU) {
	o := a.At(0)
	at := s.objects[o.Address]
	plain := untimed(a.Type)
	key := selection{s.number, plain, o.Address}
	switch {
	case at == nil:
		c.mirror(a, apdu.UnknownObject, true)
	case at.takes == 0 || plain != at.takes:
		c.mirror(a, apdu.UnknownType, true)
	case selects(a.Type.Element(), o):
		c.selected[key] = o
		c.mirror(a, apdu.ActivationCon, false)
	default:
		_, selected := c.selected[key]
		delete(c.selected, key)
		if at.guarded && !selected {
			c.mirror(a, apdu.ActivationCon, true)
			return
		}
		c.execute(s, a, at)
	}
}

// selects reports whether a command only selects.
func selects(e apdu.Element, o apdu.Object) bool {
	return e != apdu.SetBSI && o.Qualifier&apdu.Select != 0
}

// execute confirms, changes what the command is for, says so, and terminates.
func (c *client) execute(s *Station, a apdu.ASDU, at *object) {
	o := a.At(0)
	s.commands++
	c.mirror(a, apdu.ActivationCon, false)
	target := s.objects[at.target]
	value := target.value
	value.Time = apdu.TimeOf(time.Now().In(s.zone()))
	if target.kind == apdu.StepPosition {
		value.Int += 2*o.Int - 3 // 1 is lower, 2 higher
	} else {
		value.Int, value.Float = o.Int, o.Float
	}
	s.change(value, apdu.ReturnRemote)
	if c.outstation.options.Terminates {
		c.mirror(a, apdu.ActivationTerm, false)
	}
}

// untimed returns the command of a type without its time.
func untimed(t apdu.Type) apdu.Type {
	if t >= apdu.SingleCommandTime && t <= apdu.BitstringCommandTime {
		return t - apdu.SingleCommandTime + apdu.SingleCommand
	}
	return t
}
