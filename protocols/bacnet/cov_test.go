package bacnet_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/simulator"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/tag"
)

// readings is how often a station was asked for values.
func readings(s *simulator.Station) int {
	return count(s, wire.ReadMultiple) + count(s, wire.ReadProperty)
}

// settled scans until nothing is read any more: all is told.
func settled(t *testing.T, s *simulator.Station, c *client) {
	t.Helper()
	conformance.Eventually(t, "all is told", func() bool {
		c.read()
		before := readings(s)
		c.read()
		return readings(s) == before
	})
}

func TestChangesAreToldWithoutAsking(t *testing.T) {
	for _, confirmed := range []string{"true", "false"} {
		s, d := station(t, simulator.Options{})
		furnish(d)
		c := dial(t, kit.Device(t, url(s), "cov_confirmed: "+confirmed+", cov_check: 1h,", furniture(", cov: true")...))
		settled(t, s, c)
		if n := d.Subscriptions(); n != 4 {
			t.Fatalf("%d subscriptions", n)
		}
		before := readings(s)
		d.Set(temperature, wire.PresentValue, analog(30.5))
		d.Set(mode, wire.StatusFlags, simulator.Flags(3))
		conformance.Eventually(t, "the changes are in the row", func() bool {
			values := c.read()
			return values[0].Equal(tag.FloatOf(30.5)) && values[3].Equal(tag.UintOf(2).WithQuality(tag.UncertainLastUsable))
		})
		if n := readings(s); n != before {
			t.Errorf("%d readings for it", n-before)
		}
		if err := c.session.Close(); err != nil {
			t.Fatal(err)
		}
		conformance.Eventually(t, "the subscriptions are taken back", func() bool { return d.Subscriptions() == 0 })
	}
}

func TestWhatIsNotToldIsRead(t *testing.T) {
	s, d := station(t, simulator.Options{NoCOV: true})
	furnish(d)
	c := dial(t, kit.Device(t, url(s), "", furniture(", cov: true")...))
	for n := range 5 {
		d.Set(temperature, wire.PresentValue, analog(float64(n)))
		conformance.WantValue(t, "the temperature", c.read()[0], tag.FloatOf(float64(n)))
	}
	if n := count(s, wire.SubscribeCOV); n != 4 {
		t.Errorf("it was asked for %d subscriptions, want each once", n)
	}
}

func TestADeviceThatDoesNotEvenRefuseASubscriptionIsRead(t *testing.T) {
	s, d := station(t, simulator.Options{DeafToCOV: true})
	furnish(d)
	c := dial(t, kit.Device(t, url(s), "timeout: 200ms, retries: 5,", "name: temperature, address: 'analog-input:1', cov: true", "name: mode, address: 'multi-state-value:3'"))
	for n := range 3 {
		d.Set(temperature, wire.PresentValue, analog(float64(n)))
		conformance.Eventually(t, "it is read", func() bool {
			values, err := c.scan()
			return err == nil && values[0].Equal(tag.FloatOf(float64(n))) && values[1].Equal(tag.UintOf(2))
		})
	}
}

func TestADeviceThatTellsNothingIsRead(t *testing.T) {
	s, d := station(t, simulator.Options{})
	furnish(d)
	if err := s.Break(simulator.Forgetful); err != nil {
		t.Fatal(err)
	}
	c := dial(t, kit.Device(t, url(s), "", furniture(", cov: true")...))
	for n := range 5 {
		d.Set(temperature, wire.PresentValue, analog(float64(n)))
		conformance.WantValue(t, "the temperature", c.read()[0], tag.FloatOf(float64(n)))
	}
}

func TestALostNotificationIsFoundByTheNextCheck(t *testing.T) {
	s, d := station(t, simulator.Options{})
	furnish(d)
	c := dial(t, kit.Device(t, url(s), "cov_check: 1s,", furniture(", cov: true")...))
	settled(t, s, c)
	before := count(s, wire.SubscribeCOV)
	d.Slip(mode, wire.PresentValue, unsigned(5))
	conformance.Eventually(t, "the change is read", func() bool { return c.read()[3].Equal(tag.UintOf(5)) })
	conformance.Eventually(t, "it is subscribed to anew", func() bool {
		c.read()
		return count(s, wire.SubscribeCOV) > before
	})
	d.Set(mode, wire.PresentValue, unsigned(6))
	conformance.Eventually(t, "the next is told", func() bool { return c.read()[3].Equal(tag.UintOf(6)) })
}

func TestADeviceThatWasAwayIsSubscribedToAnew(t *testing.T) {
	s, d := station(t, simulator.Options{})
	furnish(d)
	c := dial(t, kit.Device(t, url(s), "timeout: 100ms, retries: 0, cov_check: 1s,", furniture(", cov: true")...))
	conformance.Eventually(t, "all is told", func() bool { c.scan(); return d.Subscriptions() == 4 })
	if err := s.Break(faulty.Silent); err != nil {
		t.Fatal(err)
	}
	conformance.Eventually(t, "its silence is noticed", func() bool { _, err := c.scan(); return err != nil })
	d.Restart()
	if err := s.Break(0); err != nil {
		t.Fatal(err)
	}
	d.Set(temperature, wire.PresentValue, analog(9))
	conformance.Eventually(t, "it tells again", func() bool {
		values, err := c.scan()
		return err == nil && values[0].Equal(tag.FloatOf(9)) && d.Subscriptions() == 4
	})
}
