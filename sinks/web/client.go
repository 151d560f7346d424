package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/holdfast-edge/holdfast/sinks"
)

// Client posts requests to one server. It may be used concurrently; Close lets
// go of its connections.
type Client struct {
	options  *Options
	base     *url.URL
	scheme   string // of the token: Bearer, or InfluxDB's Token
	password string
	token    string
	http     *http.Client
}

// New reads secrets and certificates, now. Its errors are permanent.
func New(o *Options, scheme string, lines int) (*Client, error) {
	c := &Client{options: o, base: o.URL.Parsed(), scheme: scheme}
	var err error
	if c.password, err = o.Password.Reveal(); err == nil {
		c.token, err = o.Token.Reveal()
	}
	if err != nil {
		return nil, &sinks.Failure{Permanent: true, Err: err}
	}
	certificates, err := o.TLS.Load(c.base.Hostname())
	if err != nil {
		return nil, &sinks.Failure{Permanent: true, Err: err}
	}
	c.http = &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: certificates, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: lines,
			IdleConnTimeout: time.Minute, TLSHandshakeTimeout: 30 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// Request is what is posted. Path is added to that of the URL.
type Request struct {
	Method   string // POST where it is empty
	Path     string
	Query    url.Values
	Type     string // Content-Type
	Encoding string // Content-Encoding; empty for none
	Headers  map[string]string
	Body     []byte
}

// replyMax is how much of an answer is read.
const replyMax = 64 << 10

// Do posts a request and returns what the server says, or what its refusal
// means: see Refusal.
func (c *Client) Do(ctx context.Context, r Request) ([]byte, error) {
	method := r.Method
	if method == "" {
		method = http.MethodPost
	}
	at := *c.base
	if r.Path != "" {
		at = *at.JoinPath(r.Path)
	}
	query := at.Query()
	for k, v := range r.Query {
		query[k] = v
	}
	at.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, method, at.String(), bytes.NewReader(r.Body))
	if err != nil {
		return nil, &sinks.Failure{Permanent: true, Err: err}
	}
	c.dress(request, r)
	reply, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, at.Redacted(), unwrapped(err))
	}
	defer reply.Body.Close()
	said, err := io.ReadAll(io.LimitReader(reply.Body, replyMax))
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", at.Host, err)
	}
	return said, Refusal(reply.StatusCode, reply.Header, said)
}

// dress adds the headers.
func (c *Client) dress(request *http.Request, r Request) {
	request.Header.Set("User-Agent", "holdfast")
	for k, v := range c.options.Headers {
		request.Header.Set(k, v)
	}
	for k, v := range r.Headers {
		request.Header.Set(k, v)
	}
	if r.Type != "" {
		request.Header.Set("Content-Type", r.Type)
	}
	if r.Encoding != "" {
		request.Header.Set("Content-Encoding", r.Encoding)
	}
	switch {
	case c.token != "":
		request.Header.Set("Authorization", c.scheme+" "+c.token)
	case c.options.Username != "":
		request.SetBasicAuth(c.options.Username, c.password)
	}
}

// unwrapped takes the URL out of an error, which is told once.
func unwrapped(err error) error {
	if e, ok := err.(*url.Error); ok { //nolint:errorlint // as http.Client documents it
		return e.Err
	}
	return err
}

// Close lets go of the connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }
