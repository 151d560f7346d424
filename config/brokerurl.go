package config

import (
	"net"
	"net/url"
)

// BrokerURL is the address of an MQTT broker: mqtt://host, mqtts://host (TLS), ws://host/path or wss://host/path
// (WebSocket). It holds neither user nor password. The zero BrokerURL is one not given.
type BrokerURL struct{ URL }

// UnmarshalText reads a URL with one of the schemes.
func (u *BrokerURL) UnmarshalText(text []byte) error {
	var read URL
	if err := read.UnmarshalText(text); err != nil {
		return err
	}
	_, known := brokerPort(read.Scheme())
	switch {
	case !known:
		return &Problem{What: "the scheme is " + read.Scheme(), Fix: "want mqtt://, mqtts://, ws:// or wss://"}
	case read.Parsed().Hostname() == "":
		return &Problem{What: "the URL has no host", Fix: "want mqtt://host:port"}
	case read.Parsed().User != nil:
		return &Problem{What: "the URL holds a user", Fix: "write username and password as keys of their own"}
	}
	u.URL = read
	return nil
}

// IsSecure tells whether the connection is encrypted.
func (u BrokerURL) IsSecure() bool { return u.Scheme() == "mqtts" || u.Scheme() == "wss" }

// Address is the host:port to dial, with the port of the scheme where none is given.
func (u BrokerURL) Address() string {
	port, _ := brokerPort(u.Scheme())
	if given := u.Port(); given != "" {
		port = given
	}
	return net.JoinHostPort(u.Parsed().Hostname(), port)
}

// WebSocket is the URL of the WebSocket, whose path is /mqtt where none is given; ok is false where it is none.
func (u BrokerURL) WebSocket() (at string, ok bool) {
	if u.Scheme() != "ws" && u.Scheme() != "wss" {
		return "", false
	}
	path := u.Path()
	if path == "" || path == "/" {
		path = "/mqtt"
	}
	return (&url.URL{Scheme: u.Scheme(), Host: u.Address(), Path: path, RawQuery: u.Parsed().RawQuery}).String(), true
}

// DescribeText names the type for reference, schema and forms.
func (BrokerURL) DescribeText() (name, pattern string, secret bool) {
	return "URL of a broker", `^(mqtts?|wss?)://[^/@]+`, false
}

func brokerPort(scheme string) (port string, known bool) {
	switch scheme {
	case "mqtt":
		return "1883", true
	case "mqtts":
		return "8883", true
	case "ws":
		return "80", true
	case "wss":
		return "443", true
	default:
		return "", false
	}
}
