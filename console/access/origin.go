package access

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Reasons to refuse a request for where it comes from.
var (
	ErrForeignHost   = errors.New("this console is reached by a loopback address only: use localhost, 127.0.0.1 or [::1]")
	ErrForeignOrigin = errors.New("the request was made by another site's page")
)

// CheckHost refuses a Host that is no name of the loopback interface. A name of
// somebody's own that resolves to 127.0.0.1 would make their page one of ours.
// Any port will do, so that a forwarded one does.
func CheckHost(r *http.Request) error {
	if host := hostOnly(r.Host); strings.EqualFold(host, "localhost") || isLoopback(host) {
		return nil
	}
	return ErrForeignHost
}

// CheckOrigin refuses a request that a browser made for the page of another
// site. Clients that are no browsers send neither header.
func CheckOrigin(r *http.Request) error {
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" && !navigates(r) {
		return ErrForeignOrigin
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return nil
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != scheme || !strings.EqualFold(u.Host, r.Host) {
		return ErrForeignOrigin
	}
	return nil
}

// navigates reports whether the request opens a page, as a link from elsewhere
// may.
func navigates(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate" &&
		r.Header.Get("Sec-Fetch-Dest") == "document"
}

// hostOnly takes the port and the brackets off.
func hostOnly(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]")
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
