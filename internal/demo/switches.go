package demo

import (
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/protocols/modbus/faultline"
	"github.com/holdfast-edge/holdfast/protocols/modbus/simulator"
)

// faultySwitch is one way to break the plant.
type faultySwitch struct {
	name, doc string
	turn      func(on bool) error
}

// switches are all of them. They may be used concurrently.
type switches struct {
	all []faultySwitch

	mu sync.Mutex
	on map[string]bool
}

// Numbers of the units on the hall's line.
const (
	boilerUnit = 1
	dryerUnit  = 2
)

func newSwitches(hall, yard *simulator.Plant, substation *bay, line *farBroker) *switches {
	unit := func(p *simulator.Plant, unit byte, f faultline.Fault) func(bool) error {
		return func(on bool) error {
			if on {
				p.Line().Set(unit, f)
			} else {
				p.Line().Set(unit, faultline.Fault{})
			}
			return nil
		}
	}
	act := func(do func(bool)) func(bool) error {
		return func(on bool) error { do(on); return nil }
	}
	return &switches{on: map[string]bool{}, all: []faultySwitch{
		{
			"dead-unit", "The dryer gives no answer. The boiler shares its line and goes on.",
			unit(hall, dryerUnit, faultline.Fault{Kind: faultline.Dead}),
		},
		{
			"slow-unit", "The dryer takes 400 ms for each answer.",
			unit(hall, dryerUnit, faultline.Fault{Kind: faultline.Slow, Delay: 400 * time.Millisecond}),
		},
		{
			"garbage", "The press answers with bytes that are no Modbus.",
			unit(yard, 1, faultline.Fault{Kind: faultline.Garbage}),
		},
		{
			"half-frame", "The press stops in the middle of each answer.",
			unit(yard, 1, faultline.Fault{Kind: faultline.HalfFrame}),
		},
		{
			"exceptions", "The boiler answers that its registers do not exist.",
			unit(hall, boilerUnit, faultline.Fault{Kind: faultline.Refused, Exception: 2}),
		},
		{"half-open", "The line to the hall takes requests and never answers.", act(hall.Line().HalfOpen)},
		{"bay-silent", "The substation says nothing any more. Its line is given up after t1.", act(substation.silence)},
		{"line-down", "The line to the yard refuses connections.", act(yard.Line().Refuse)},
		{"uplink-down", "The far broker is away. What it should have waits on the disk.", line.setAway},
	}}
}

// Faults lists the switches as they stand.
func (s *switches) Faults() []console.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]console.Fault, len(s.all))
	for i, f := range s.all {
		list[i] = console.Fault{Name: f.name, Doc: f.doc, On: s.on[f.name]}
	}
	return list
}

// SetFault turns one switch.
func (s *switches) SetFault(name string, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.all {
		if f.name != name {
			continue
		}
		if err := f.turn(on); err != nil {
			return err
		}
		s.on[name] = on
		return nil
	}
	return fmt.Errorf("there is no fault called %q", name)
}
