package modbus_test

import (
	"errors"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/modbus/faultline"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestTheAcceptanceSceneIsReadAndWritten(t *testing.T) {
	p := newPLC(t)
	c := kit.Device(t, p.endpoint(), "unit: 1,",
		`name: temperature, address: "holding:0", type: int16, scale: 0.1, unit: "°C"`,
		`name: humidity, address: "holding:1", type: uint16`,
		`name: valve, address: "holding:4", type: uint16, access: rw, min: 0, max: 100`)
	d, s := kit.Compile(t, c), kit.Dial(t, c)
	p.unit.SetHolding(0, 300, 55, 0, 0, 7)
	values, err := scan(t, s, d, 3)
	if err != nil {
		t.Fatal(err)
	}
	wantValues(t, values, tag.FloatOf(30), tag.IntOf(55), tag.IntOf(7))
	if n := d.Plans()[0].Steps(); n != 1 {
		t.Errorf("%d round trips for five registers", n)
	}
	valve, ok := d.Point("valve")
	if !ok {
		t.Fatal("no valve")
	}
	if err := s.Write(t.Context(), valve, tag.IntOf(3)); err != nil {
		t.Fatal(err)
	}
	back, err := s.ReadPoint(t.Context(), valve)
	if err != nil {
		t.Fatal(err)
	}
	wantValues(t, []tag.Value{back, tag.IntOf(int64(p.unit.Holding(4)))}, tag.IntOf(3), tag.IntOf(3))
}

func TestAnExceptionMakesItsTagsBadAndNothingElse(t *testing.T) {
	for exception, quality := range map[wire.Exception]tag.Quality{
		wire.IllegalFunction: tag.BadNotSupported, wire.IllegalAddress: tag.BadAddressUnknown,
		wire.IllegalValue: tag.BadOutOfRange, wire.DeviceFailure: tag.BadDeviceFailure,
		wire.DeviceBusy: tag.BadTooManyOperations, wire.MemoryParity: tag.BadDeviceFailure,
	} {
		p := newPLC(t)
		c := kit.Device(t, p.endpoint(), "", `name: a, address: "holding:0"`)
		d, s := kit.Compile(t, c), kit.Dial(t, c)
		p.line.Set(1, faultline.Fault{Kind: faultline.Refused, Exception: exception})
		values, err := scan(t, s, d, 1)
		if err != nil {
			t.Fatalf("%v: %v", exception, err)
		}
		wantValues(t, values, tag.NullOf(quality))
		if err := s.Probe(t.Context(), d); err != nil {
			t.Errorf("a unit that answers with %v is not alive: %v", exception, err)
		}
	}
}

func TestAGatewayWithoutAnAnswerIsAFaultOfTheUnit(t *testing.T) {
	for exception, quality := range map[wire.Exception]tag.Quality{
		wire.GatewayNoPath: tag.BadNoCommunication, wire.GatewayNoResponse: tag.BadTimeout,
	} {
		p := newPLC(t)
		c := kit.Device(t, p.endpoint(), "", `name: a, address: "holding:0", access: rw`)
		d, s := kit.Compile(t, c), kit.Dial(t, c)
		p.line.Set(1, faultline.Fault{Kind: faultline.Refused, Exception: exception})
		_, err := scan(t, s, d, 1)
		if f := faultOf(t, err); f.Scope != protocols.ScopeUnit || f.Quality != quality {
			t.Errorf("%v: scope %v, quality %v", exception, f.Scope, f.Quality)
		}
		if faultOf(t, s.Probe(t.Context(), d)).Scope != protocols.ScopeUnit {
			t.Errorf("%v: the unit passes for alive", exception)
		}
		a, _ := d.Point("a")
		if f := faultOf(t, s.Write(t.Context(), a, tag.IntOf(1))); f.Sent != (exception == wire.GatewayNoResponse) {
			t.Errorf("%v: a write counts as sent: %v", exception, f.Sent)
		}
	}
}

func TestARefusedWriteIsNoSuccess(t *testing.T) {
	p := newPLC(t)
	c := kit.Device(t, p.endpoint(), "", `name: a, address: "holding:0", access: rw`)
	d, s := kit.Compile(t, c), kit.Dial(t, c)
	a, _ := d.Point("a")
	p.line.Set(1, faultline.Fault{Kind: faultline.Refused, Exception: wire.IllegalValue})
	err := s.Write(t.Context(), a, tag.IntOf(1))
	if r, ok := errors.AsType[*protocols.Refusal](err); !ok || r.Quality != tag.BadOutOfRange {
		t.Errorf("got %v", err)
	}
	p.line.Set(1, faultline.Fault{Kind: faultline.Refused, Exception: wire.Acknowledge})
	if f := faultOf(t, s.Write(t.Context(), a, tag.IntOf(1))); !f.Sent || f.Scope != protocols.ScopeUnit {
		t.Errorf("a write that the device is still at: %+v", f)
	}
}

func TestAWriteWithoutAnAnswerIsUnknownAndNotRepeated(t *testing.T) {
	p := newPLC(t)
	c := kit.Device(t, p.endpoint(), "timeout: 100ms,", `name: a, address: "holding:0", access: rw`)
	d, s := kit.Compile(t, c), kit.Dial(t, c)
	a, _ := d.Point("a")
	p.line.Set(1, faultline.Fault{Kind: faultline.Dead})
	f := faultOf(t, s.Write(t.Context(), a, tag.IntOf(1)))
	if !f.Sent || f.Scope != protocols.ScopeUnit || f.Quality != tag.BadTimeout {
		t.Errorf("%+v", f)
	}
	conformance.Eventually(t, "the write is taken", func() bool { return p.line.Requests() == 1 })
	p.line.Heal()
	if err := s.Probe(t.Context(), patient(t, p, `name: a, address: "holding:0"`)); err != nil {
		t.Fatal(err)
	}
	if n := p.line.Requests(); n != 2 || p.unit.Holding(0) != 0 {
		t.Errorf("%d requests for a write and a probe; the register holds %d", n, p.unit.Holding(0))
	}
}

func TestALateReplyIsNeverTakenForAnother(t *testing.T) {
	p := newPLC(t)
	tags := []string{`name: a, address: "holding:0"`, `name: b, address: "holding:1"`}
	c := kit.Device(t, p.endpoint(), "timeout: 50ms, shortest_timeout: 1ms, max_registers: 1,", tags...)
	d, s := kit.Compile(t, c), kit.Dial(t, c)
	p.unit.SetHolding(0, 100, 101)
	p.line.Set(1, faultline.Fault{Kind: faultline.Held})
	row := protocols.NewRow(2)
	if f := faultOf(t, s.Read(t.Context(), d.Plans()[0], 0, row)); f.Quality != tag.BadTimeout {
		t.Fatal(f)
	}
	p.line.Heal()
	// The reply to the first request is still on its way, or has just come: the next answers are their own.
	d = patient(t, p, tags...)
	for range 20 {
		values, err := scan(t, s, d, 2)
		if err != nil {
			t.Fatal(err)
		}
		wantValues(t, values, tag.IntOf(100), tag.IntOf(101))
	}
}

// patient compiles a device that waits for replies as long as a loaded machine may take.
func patient(t *testing.T, p *plc, tags ...string) protocols.Device {
	t.Helper()
	return kit.Compile(t, kit.Device(t, p.endpoint(), "max_registers: 1,", tags...))
}

func TestADeadUnitIsNoFaultOfTheSession(t *testing.T) {
	p := newPLC(t)
	c := kit.Device(t, p.endpoint(), "timeout: 50ms,", `name: a, address: "holding:0"`)
	d, s := kit.Compile(t, c), kit.Dial(t, c)
	p.line.Set(1, faultline.Fault{Kind: faultline.Dead})
	_, err := scan(t, s, d, 1)
	if f := faultOf(t, err); f.Scope != protocols.ScopeUnit || f.Quality != tag.BadTimeout {
		t.Errorf("%+v", f)
	}
}

func TestALineOnWhichNothingIsHeardIsGivenUp(t *testing.T) {
	p := newPLC(t)
	c := kit.Device(t, p.endpoint(), "timeout: 20ms,", `name: a, address: "holding:0"`)
	d, s := kit.Compile(t, c), kit.Dial(t, c)
	p.line.HalfOpen(true)
	for i := range 3 {
		_, err := scan(t, s, d, 1)
		want := protocols.ScopeUnit
		if i == 2 {
			want = protocols.ScopeSession
		}
		if f := faultOf(t, err); f.Scope != want {
			t.Errorf("request %d: a fault of the %v", i+1, f.Scope)
		}
	}
}

func TestABrokenStreamIsAFaultOfTheSession(t *testing.T) {
	for _, kind := range []faultline.Kind{faultline.Garbage, faultline.HalfFrame, faultline.CutOff} {
		p := newPLC(t)
		c := kit.Device(t, p.endpoint(), "timeout: 200ms,", `name: a, address: "holding:0"`)
		d, s := kit.Compile(t, c), kit.Dial(t, c)
		p.line.Set(1, faultline.Fault{Kind: kind})
		conformance.Eventually(t, "the session is at fault", func() bool { // a late half is a timeout first
			_, err := scan(t, s, d, 1)
			f := faultOf(t, err)
			if !f.Quality.IsBad() {
				t.Errorf("%v: %+v", kind, f)
			}
			return f.Scope == protocols.ScopeSession
		})
	}
}

func TestAReplyThatDoesNotFitIsNoValue(t *testing.T) {
	p := newPLC(t)
	c := kit.Device(t, p.endpoint(), "", `name: a, address: "holding:0"`)
	d, s := kit.Compile(t, c), kit.Dial(t, c)
	p.line.Set(1, faultline.Fault{Kind: faultline.Foreign})
	values, err := scan(t, s, d, 1)
	if f := faultOf(t, err); f.Scope != protocols.ScopeUnit || f.Quality != tag.BadUnknownResponse {
		t.Errorf("%+v", f)
	}
	wantValues(t, values, tag.Value{})
}

func TestAReplyThatComesTwiceIsTakenOnce(t *testing.T) {
	p := newPLC(t)
	c := kit.Device(t, p.endpoint(), "", `name: a, address: "holding:0"`)
	d, s := kit.Compile(t, c), kit.Dial(t, c)
	p.line.Set(1, faultline.Fault{Kind: faultline.Twice})
	for i := range 5 {
		p.unit.SetHolding(0, uint16(i))
		values, err := scan(t, s, d, 1)
		if err != nil {
			t.Fatal(err)
		}
		wantValues(t, values, tag.IntOf(int64(i)))
	}
}

func TestClosingEndsACallInProgress(t *testing.T) {
	p := newPLC(t)
	c := kit.Device(t, p.endpoint(), "", `name: a, address: "holding:0"`)
	d, s := kit.Compile(t, c), kit.Dial(t, c)
	p.line.Set(1, faultline.Fault{Kind: faultline.Dead})
	ended := make(chan error)
	go func() {
		_, err := scan(t, s, d, 1)
		ended <- err
	}()
	conformance.Eventually(t, "the request is taken", func() bool { return p.line.Requests() > 0 })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if f := faultOf(t, <-ended); f.Scope != protocols.ScopeSession {
		t.Errorf("%+v", f)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
}
