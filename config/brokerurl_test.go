package config_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

func TestWhereToDialABrokerIsInItsURL(t *testing.T) {
	for text, want := range map[string]struct {
		address, webSocket string
		secure             bool
	}{
		"mqtt://h":              {"h:1883", "", false},
		"mqtts://h":             {"h:8883", "", true},
		"mqtt://[::1]:7":        {"[::1]:7", "", false},
		"ws://h":                {"h:80", "ws://h:80/mqtt", false},
		"wss://h:8084/path?a=b": {"h:8084", "wss://h:8084/path?a=b", true},
	} {
		var u config.BrokerURL
		if err := u.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		at, is := u.WebSocket()
		if u.Address() != want.address || at != want.webSocket || is != (at != "") || u.IsSecure() != want.secure || u.String() != text {
			t.Errorf("%s: %s, %s, %v", u, u.Address(), at, u.IsSecure())
		}
	}
}

func TestAURLThatIsNoBrokersIsRefused(t *testing.T) {
	for text, says := range map[string]string{
		"http://h": "want mqtt://", "mqtt://": "no host", "mqtt://:1883": "no host", "mqtt://edge@h": "username",
		"mqtt://edge:secret@h": "password", "h:1883": "scheme://", "": "URL",
	} {
		var u config.BrokerURL
		err := u.UnmarshalText([]byte(text))
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "secret@") || !u.IsZero() {
			t.Errorf("%s: %v", text, err)
		}
	}
}
