package config_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

func TestAURLIsTakenApart(t *testing.T) {
	var serial, socket config.URL
	if err := serial.UnmarshalText([]byte("rtu:///dev/ttyUSB0?baud=9600")); err != nil {
		t.Fatal(err)
	}
	if err := socket.UnmarshalText([]byte("RTU+TCP://edge@[2001:db8::1]:502")); err != nil {
		t.Fatal(err)
	}
	if serial.Scheme() != "rtu" || serial.Path() != "/dev/ttyUSB0" || serial.Host() != "" || serial.WithoutQuery() != "rtu:///dev/ttyUSB0" {
		t.Errorf("serial %+v", serial)
	}
	if socket.Scheme() != "rtu+tcp" || socket.Host() != "[2001:db8::1]:502" || socket.Port() != "502" || socket.IsZero() {
		t.Errorf("socket %+v", socket)
	}
	if text, err := serial.MarshalText(); err != nil || string(text) != serial.String() {
		t.Errorf("written %s, %v", text, err)
	}
}

func TestTheParsedURLIsACopy(t *testing.T) {
	var u config.URL
	if err := u.UnmarshalText([]byte("tcp://a:1")); err != nil {
		t.Fatal(err)
	}
	u.Parsed().Host = "b"
	if u.Host() != "a:1" {
		t.Errorf("the copy changed the URL to %s", u.Host())
	}
}

func TestWhatIsNoURLIsRefusedWithoutRepeatingIt(t *testing.T) {
	for _, text := range []string{"", "hunter2", "/dev/hunter2", "192.0.2.1:502", "tcp:hunter2", "tcp://u:hunter2@h:1", "tcp://u:@h:1", "://hunter2", "tcp://h:hunter2", "tcp://hunter2%zz", "tcp://h\x7f"} {
		var u config.URL
		err := u.UnmarshalText([]byte(text))
		if err == nil || !u.IsZero() {
			t.Errorf("%q is read as %s", text, u)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q is repeated by %v", text, err)
		}
	}
}
