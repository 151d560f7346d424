package client

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/config"
)

// connectTimeout is how long an address may take to answer a connection.
const connectTimeout = 10 * time.Second

// Options say which node to ask, and as whom. The zero value of each but URL
// means that there is none.
type Options struct {
	URL         string // such as https://plant-7:8470
	User        string // of Password
	Password    string
	Token       string // of a session, or of an API token; it goes before Password
	CA          string // a PEM file of authorities to trust beside the system's
	Fingerprint string // SHA-256 of the server's certificate in hexadecimal; it is trusted whoever signed it
}

// Client asks one node. May be used concurrently.
type Client struct {
	base    *url.URL
	options Options
	http    *http.Client
	plain   *http.Client // HTTP/1.1, which alone can be upgraded
}

// New returns a client, and connects to nothing yet. It refuses to send a
// secret without TLS to another machine.
func New(o Options) (*Client, error) {
	base, err := parse(o.URL)
	if err != nil {
		return nil, err
	}
	if secret := o.Password + o.Token; secret != "" && base.Scheme == "http" && !config.Loopback(withPort(base)) {
		return nil, fmt.Errorf("ask %s: a password or token would go over the network in the clear: use https://%s", base, base.Host)
	}
	secured, err := o.tls()
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", base, err)
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: secured, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: connectTimeout, IdleConnTimeout: time.Minute, DialContext: (&net.Dialer{Timeout: connectTimeout}).DialContext,
	}
	return &Client{
		base: base, options: o, http: &http.Client{Transport: transport, CheckRedirect: stay},
		plain: &http.Client{Transport: first(transport), CheckRedirect: stay},
	}, nil
}

// first is a transport that speaks HTTP/1.1 only.
func first(t *http.Transport) *http.Transport {
	t = t.Clone()
	t.ForceAttemptHTTP2, t.Protocols = false, new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	return t
}

// parse reads the address of a node.
func parse(text string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil {
		return nil, errors.New("read the node's address: it is no URL: write it as https://HOST:8470")
	}
	if base.User != nil {
		return nil, errors.New("read the node's address: a password has no place in it: use HOLDFAST_PASSWORD or a file")
	}
	if base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("read the node's address %q: want http://HOST:PORT or https://HOST:PORT", text)
	}
	return base, nil
}

// withPort is the host as config.Loopback wants it.
func withPort(u *url.URL) string {
	if u.Port() == "" {
		return u.Host + ":80"
	}
	return u.Host
}

// stay follows no redirect: a node makes none, and what does may be anybody.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// URL returns the address of the node.
func (c *Client) URL() string { return c.base.String() }

// Close lets idle connections go.
func (c *Client) Close() {
	c.http.CloseIdleConnections()
	c.plain.CloseIdleConnections()
}
