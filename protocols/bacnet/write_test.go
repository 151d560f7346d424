package bacnet_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/simulator"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestAWriteHasItsPriorityAndNullRelinquishesIt(t *testing.T) {
	s, d := station(t, simulator.Options{})
	furnish(d)
	c := dial(t, kit.Device(t, url(s), "", furniture("")...))
	held := func(o wire.ObjectID, slot int) wire.Value { return d.Value(o, wire.PriorityArray)[slot-1] }

	if err := c.write("fan", tag.BoolOf(false)); err != nil {
		t.Fatal(err)
	}
	if v := held(fan, 8); v.Type != wire.Enumerated || v.Number != 0 {
		t.Errorf("priority 8 holds %+v", v)
	}
	conformance.WantValue(t, "the fan", c.read()[2], tag.BoolOf(false))
	if err := c.write("fan", tag.NullOf(tag.Good)); err != nil {
		t.Fatal(err)
	}
	if v := held(fan, 8); v.Type != wire.Null {
		t.Errorf("relinquished, priority 8 holds %+v", v)
	}
	conformance.WantValue(t, "the fan", c.read()[2], tag.BoolOf(true))

	if err := c.write("setpoint", tag.FloatOf(23.5)); err != nil {
		t.Fatal(err)
	}
	if v := held(setpoint, 16); v.Float != 23.5 {
		t.Errorf("without a priority, 16 holds %+v", v)
	}
	if _, refused := errors.AsType[*protocols.Refusal](c.write("setpoint", tag.NullOf(tag.Good))); !refused {
		t.Error("a tag without a priority takes null")
	}
}

func TestARefusedWriteSaysWhatToDo(t *testing.T) {
	s, d := station(t, simulator.Options{})
	furnish(d)
	d.Define(wire.NewObjectID(wire.AnalogInput, 9), "of another type", present(unsigned(1)))
	c := dial(t, kit.Device(t, url(s), "", "name: input, address: 'analog-input:1', access: w", "name: nobody, address: 'analog-value:99', access: w",
		"name: type, address: 'multi-state-value:3', access: w, type: real"))
	for name, want := range map[string]string{
		"input": "write-access-denied (property): the property is read-only", "nobody": "unknown-object (object): it has no such object",
		"type": "invalid-data-type (property): the property is of another type",
	} {
		err := c.write(name, tag.FloatOf(1))
		if _, refused := errors.AsType[*protocols.Refusal](err); !refused || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

func TestAWriteIsNeverSentTwice(t *testing.T) {
	s, d := station(t, simulator.Options{})
	furnish(d)
	c := dial(t, kit.Device(t, url(s), "timeout: 50ms, retries: 5,", furniture("")...))
	if err := s.Break(faulty.Silent); err != nil {
		t.Fatal(err)
	}
	f, isFault := errors.AsType[*protocols.Fault](c.write("setpoint", tag.FloatOf(1)))
	if !isFault || !f.Sent {
		t.Errorf("got %v", f)
	}
	if err := s.Break(0); err != nil {
		t.Fatal(err)
	}
	conformance.Eventually(t, "what comes behind it is answered", func() bool { return c.session.Probe(t.Context(), c.device) == nil })
	if n := count(s, wire.WriteProperty); n != 1 {
		t.Errorf("it was sent %d times", n)
	}
}

func TestAScanGoesOnAfterAWriteInItsMiddleThatWasNotAnswered(t *testing.T) {
	s, d := station(t, simulator.Options{})
	furnish(d)
	c := dial(t, kit.Device(t, url(s), "timeout: 200ms, max_per_request: 1, retries: 10,", furniture("")...))
	c.read()
	row := protocols.Row{Values: make([]tag.Value, 4), Stamps: make([]int64, 4)}
	plan := c.device.Plans()[0]
	for step := 0; step < plan.Steps(); step++ {
		if err := c.session.Read(t.Context(), plan, step, row); err != nil {
			t.Fatal(err)
		}
		if step > 0 {
			continue
		}
		if err := s.Break(faulty.Silent); err != nil {
			t.Fatal(err)
		}
		if err := c.write("mode", tag.IntOf(4)); err == nil {
			t.Error("a write that was not answered is a success")
		}
		if err := s.Break(0); err != nil {
			t.Fatal(err)
		}
	}
	conformance.WantValue(t, "the mode", row.Values[3], tag.UintOf(4))
}
