package iec104_test

import (
	"strings"
	"testing"
)

func TestAWrongConfigurationIsToldAtItsKey(t *testing.T) {
	for _, c := range []struct{ endpoint, keys, tag, want string }{
		{"tcp://h", "station: 1,", "name: x", "address"},
		{"tcp://h", "station: 1,", "name: x, address: 16777216", "16777215"},
		{"tcp://h", "station: 1,", "name: x, address: ns=2", "no address of an object"},
		{"tcp://h", "station: 1,", "name: x, address: 1, access: rw", "it decides about the command"},
		{"tcp://h", "station: 1,", "name: x, address: 1, type: step, access: rw", "a tag of its own"},
		{"tcp://h", "station: 1,", "name: x, address: 1, type: single, scale: 2", "cannot be scaled"},
		{"tcp://h", "station: 1,", "name: x, address: 1, type: bits, access: rw, select: true", "no qualifier"},
		{"tcp://h", "station: 1,", "name: x, address: 1, type: counter, access: rw", "cannot be written"},
		{"tcp://h", "station: 65535,", "name: x, address: 1", "station"},
		{"tcp://h", "", "name: x, address: 1", "station"},
		{"tcp://h", "station: 1, time_zone: Mars/Olympus,", "name: x, address: 1", "no time zone"},
		{"tcp://h", "station: 1, time_zone: Local,", "name: x, address: 1", "no time zone"},
		{"tcp://h?t1=5s&t2=5s", "station: 1,", "name: x, address: 1", "let t2 be less than t1"},
		{"tcp://h?also=a:b", "station: 1,", "name: x, address: 1", "also"},
		{"opc.tcp://h", "station: 1,", "name: x, address: 1", "tcp"},
	} {
		_, err := kit.Parse("site: x\ndevices: [{name: d, driver: iec104, endpoint: '" + c.endpoint + "', " + c.keys + " groups: [{name: g, tags: [{" + c.tag + "}]}]}]")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
