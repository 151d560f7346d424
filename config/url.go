package config

import (
	"net/url"
	"strconv"
)

// URL is an absolute URL without a password in it. The zero URL is one not given.
type URL struct {
	text   string
	parsed url.URL
}

// UnmarshalText reads a URL. What is wrong is told without the text, which may hold a password.
func (u *URL) UnmarshalText(text []byte) error {
	parsed, err := url.Parse(string(text))
	if err != nil {
		return &Problem{What: "this is not a URL", Fix: "want scheme://host:port, as tcp://192.0.2.10:502"}
	}
	if parsed.Scheme == "" || parsed.Opaque != "" {
		return &Problem{What: "this is not a URL with a scheme", Fix: "want scheme://host:port, as tcp://192.0.2.10:502"}
	}
	if _, has := parsed.User.Password(); has {
		return &Problem{What: "the URL holds a password", Fix: "take it out, and refer to it with a key of its own: password: env:NAME"}
	}
	if port := parsed.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return &Problem{What: port + " is no port", Fix: "want 1 to 65535"}
		}
	}
	u.text, u.parsed = string(text), *parsed
	return nil
}

// MarshalText writes the URL as it was given.
func (u URL) MarshalText() ([]byte, error) { return []byte(u.text), nil }

// String is the URL as it was given.
func (u URL) String() string { return u.text }

// Scheme is the part before the colon, in lower case.
func (u URL) Scheme() string { return u.parsed.Scheme }

// Host is host:port, or the host alone where no port was given.
func (u URL) Host() string { return u.parsed.Host }

// Port is the port without its colon, empty where none was given.
func (u URL) Port() string { return u.parsed.Port() }

// Path is the path, as /dev/ttyUSB0 of rtu:///dev/ttyUSB0?baud=9600.
func (u URL) Path() string { return u.parsed.Path }

// IsZero tells whether no URL was given.
func (u URL) IsZero() bool { return u.text == "" }

// Parsed is a copy for those who need the rest.
func (u URL) Parsed() *url.URL {
	parsed := u.parsed
	return &parsed
}

// WithoutQuery is the address alone. Two endpoints with the same address are the same socket or serial port.
func (u URL) WithoutQuery() string {
	parsed := u.parsed
	parsed.RawQuery, parsed.ForceQuery, parsed.Fragment = "", false, ""
	return parsed.String()
}

// DescribeText names the type for reference, schema and forms.
func (URL) DescribeText() (name, pattern string, secret bool) {
	return "URL", `^[A-Za-z][A-Za-z0-9+.-]*:`, false
}
