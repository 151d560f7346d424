package config_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

func TestAReachCoversWhatItSays(t *testing.T) {
	for _, c := range []struct {
		reach, address string
		covered        bool
	}{
		{"192.0.2.10:502", "192.0.2.10:502", true},
		{"192.0.2.10:502", "192.0.2.10:503", false},
		{"192.0.2.10:502", "192.0.2.11:502", false},
		{"192.0.2.10:*", "192.0.2.10:80", true},
		{"192.0.2.0/28:80", "192.0.2.15:80", true},
		{"192.0.2.0/28:80", "192.0.2.16:80", false},
		{"192.0.2.0/28:80", "[::ffff:192.0.2.3]:80", true},
		{"[2001:db8::/64]:22", "[2001:db8::7]:22", true},
		{"[2001:db8::/64]:22", "[2001:db8:1::7]:22", false},
		{"PLC.plant:502", "plc.Plant:502", true},
		{"plc.plant:502", "192.0.2.10:502", false},
		{"192.0.2.0/28:80", "plc.plant:80", false},
		{"192.0.2.10:502", "192.0.2.10", false},
		{"192.0.2.10:*", "", false},
	} {
		var r config.Reach
		if err := r.UnmarshalText([]byte(c.reach)); err != nil {
			t.Fatalf("%s: %v", c.reach, err)
		}
		if r.Covers(c.address) != c.covered {
			t.Errorf("%s covers %q: %v", c.reach, c.address, !c.covered)
		}
		var again config.Reach
		if text, _ := r.MarshalText(); again.UnmarshalText(text) != nil || again != r {
			t.Errorf("%s is written as %s", c.reach, text)
		}
	}
	if (config.Reach{}).Covers("192.0.2.10:502") {
		t.Error("nowhere covers an address")
	}
}

func TestAReachThatIsNoneIsRefused(t *testing.T) {
	for _, text := range []string{"", "502", "192.0.2.10", "192.0.2.10:", ":502", "192.0.2.10:0", "192.0.2.10:65536", "192.0.2.10:http", "192.0.2.0/33:80", "plc/8:80"} {
		var r config.Reach
		if err := r.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as %s", text, r)
		}
	}
}
