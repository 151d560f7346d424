package link

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// proxyWithin is how long a proxy has to answer where ctx has no deadline of its own.
const proxyWithin = 15 * time.Second

// Proxy is a Dialer through an HTTP proxy, by CONNECT (RFC 9110 §9.3.6): many a plant's network has no other way out. The
// proxy sees TLS between node and cloud, and nothing of what is in it. It may be used concurrently.
type Proxy struct {
	at *url.URL
	by Dialer
}

// ErrProxy says that a proxy does not do what it was asked to.
var ErrProxy = errors.New("the proxy does not connect")

// ParseProxy reads http://[USER:PASSWORD@]HOST:PORT. A nil dialer is the machine's network.
func ParseProxy(text string, by Dialer) (*Proxy, error) {
	at, err := url.Parse(text)
	if err != nil || at.Scheme != "http" || at.Hostname() == "" || at.Port() == "" || at.Path != "" && at.Path != "/" {
		return nil, errors.New("no proxy: want http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT") // the text may hold a password
	}
	if by == nil {
		by = &net.Dialer{}
	}
	return &Proxy{at, by}, nil
}

// DialContext connects to an address through the proxy.
func (p *Proxy) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := p.by.DialContext(ctx, network, p.at.Host)
	if err != nil {
		return nil, fmt.Errorf("reach the proxy %s: %w", p.at.Host, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // nobody waits for it any more
	defer stop()
	if err := p.connect(ctx, conn, address); err != nil {
		return nil, errors.Join(fmt.Errorf("connect to %s through the proxy %s: %w", address, p.at.Host, err), conn.Close())
	}
	return conn, nil
}

func (p *Proxy) connect(ctx context.Context, conn net.Conn, address string) error {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(proxyWithin)
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{"User-Agent": {"holdfast"}}}
	if password, ok := p.at.User.Password(); ok {
		request.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(p.at.User.Username()+":"+password)))
	}
	if err := request.Write(conn); err != nil {
		return err
	}
	reader := bufio.NewReader(conn)
	answer, err := http.ReadResponse(reader, request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%w: %s", ErrProxy, answer.Status)
	}
	if reader.Buffered() > 0 { // in TLS, the node speaks first
		return fmt.Errorf("%w: what is behind it speaks first, as no member does", ErrProxy)
	}
	return conn.SetDeadline(time.Time{})
}
