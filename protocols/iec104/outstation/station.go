package outstation

import (
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
)

// Station is the objects of one common address. It may be used concurrently.
type Station struct {
	outstation *Outstation
	number     uint16
	Zone       *time.Location // of its clock; UTC where it is nil. To be set before it is used
	objects    map[uint32]*object
	clock      time.Time // as it was last set; zero: never
	commands   int
}

// object is one of them.
type object struct {
	kind    apdu.Type   // of the monitored value, without time
	value   apdu.Object // its time is that of the last change
	target  uint32      // of a command: the address of what it changes
	takes   apdu.Type   // the command that it takes, without time; 0: none
	guarded bool        // it is to be selected first
}

// event is a change on its way.
type event struct {
	header apdu.Header
	object apdu.Object
}

// pendingLimit bounds the changes that are kept while nobody listens; the oldest are given up.
const pendingLimit = 1000

// Put gives the outstation a station, in the place of the one it had with that number.
func (s *Outstation) Put(number uint16) *Station {
	station := &Station{outstation: s, number: number, objects: map[uint32]*object{}}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.stations[number] = station
	return station
}

// timed are the types with time of those without.
func timed(t apdu.Type) apdu.Type {
	switch t {
	case apdu.SinglePoint:
		return apdu.SinglePointTime
	case apdu.DoublePoint:
		return apdu.DoublePointTime
	case apdu.StepPosition:
		return apdu.StepTime
	case apdu.Bitstring:
		return apdu.BitstringTime
	case apdu.Normalized:
		return apdu.NormalizedTime
	case apdu.Scaled:
		return apdu.ScaledTime
	case apdu.Float:
		return apdu.FloatTime
	case apdu.Totals:
		return apdu.TotalsTime
	default:
		return t
	}
}

// Define gives the station an object of a type without time. takes is the command that changes it, by the address command;
// 0 where none does.
func (s *Station) Define(kind apdu.Type, value apdu.Object, takes apdu.Type, command uint32) {
	s.outstation.mutex.Lock()
	defer s.outstation.mutex.Unlock()
	s.objects[value.Address] = &object{kind: kind, value: value}
	if takes == 0 {
		return
	}
	if command == value.Address {
		s.objects[command].takes, s.objects[command].target = takes, command
		return
	}
	s.objects[command] = &object{takes: takes, target: value.Address}
}

// SelectFirst has the station execute a command only after it was selected.
func (s *Station) SelectFirst(command uint32) {
	s.outstation.mutex.Lock()
	defer s.outstation.mutex.Unlock()
	s.objects[command].guarded = true
}

// Set changes an object, of which a started client is sent the new value spontaneously, with the time of the station's
// clock. It panics where there is no such object.
func (s *Station) Set(value apdu.Object) {
	s.outstation.mutex.Lock()
	defer s.outstation.mutex.Unlock()
	value.Time = apdu.TimeOf(time.Now().In(s.zone()))
	s.change(value, apdu.Spontaneous)
}

// SetAt is Set with a time that the caller makes up.
func (s *Station) SetAt(value apdu.Object) {
	s.outstation.mutex.Lock()
	defer s.outstation.mutex.Unlock()
	s.change(value, apdu.Spontaneous)
}

// Store changes an object without telling anybody.
func (s *Station) Store(value apdu.Object) {
	s.outstation.mutex.Lock()
	defer s.outstation.mutex.Unlock()
	s.objects[value.Address].value = value
}

func (s *Station) zone() *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

// change is Set under the lock.
func (s *Station) change(value apdu.Object, why apdu.Cause) {
	at := s.objects[value.Address]
	at.value = value
	s.emit(event{apdu.Header{Type: timed(at.kind), Cause: why, Station: s.number}, value})
}

// emit sends an event to the started clients, or keeps it for the next one.
func (s *Station) emit(e event) {
	told := false
	for c := range s.outstation.clients {
		if c.started && s.outstation.Fault() != Mute {
			c.put(e.header, e.object)
			told = true
		}
	}
	if told {
		return
	}
	o := s.outstation
	o.pending = append(o.pending, e)
	o.pending = o.pending[max(0, len(o.pending)-pendingLimit):]
}

// Value returns what the station holds at an address; ok is false where it has nothing there.
func (s *Station) Value(address uint32) (value apdu.Object, ok bool) {
	s.outstation.mutex.Lock()
	defer s.outstation.mutex.Unlock()
	at, ok := s.objects[address]
	if !ok {
		return value, false
	}
	return at.value, true
}

// Clock returns the time that the station's clock was last set to; zero where it never was.
func (s *Station) Clock() time.Time {
	s.outstation.mutex.Lock()
	defer s.outstation.mutex.Unlock()
	return s.clock
}

// Commands returns how many commands were executed.
func (s *Station) Commands() int {
	s.outstation.mutex.Lock()
	defer s.outstation.mutex.Unlock()
	return s.commands
}

// Initialize says that the station has restarted, and why: a COI (101 §7.2.6.21).
func (s *Station) Initialize(why uint8) {
	s.outstation.mutex.Lock()
	defer s.outstation.mutex.Unlock()
	s.emit(event{
		apdu.Header{Type: apdu.EndOfInitialization, Cause: apdu.Initialized, Station: s.number}, apdu.Object{Qualifier: why},
	})
}

// addresses returns those of monitored objects, sorted.
func (s *Station) addresses() (sorted []uint32) {
	for address, at := range s.objects {
		if at.kind != 0 {
			sorted = append(sorted, address)
		}
	}
	slices.Sort(sorted)
	return sorted
}
