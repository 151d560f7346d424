package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/cluster/authority"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/sites"
)

// certificateLife is that of a member's own certificate, which is made anew long before it ends.
const certificateLife = 30 * 24 * time.Hour

// door is who is let in. It has a certificate of the member, and tells the audit log whom it has refused.
type door struct {
	g        *Gateway
	refusals limiter

	mu   sync.Mutex
	cert *tls.Certificate
	made time.Time
	ca   int
}

func newDoor(g *Gateway) *door { return &door{g: g} }

// certificate returns the member's own.
func (d *door) certificate() (*tls.Certificate, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	o := d.g.o
	now, trusted := o.Now(), o.Authority.Numbers()
	signing := trusted[len(trusted)-1]
	age := now.Sub(d.made) // below nothing where the clock was set back: then it is not good yet
	if d.cert != nil && age > -time.Minute && age < certificateLife/3 && signing == d.ca {
		return d.cert, nil
	}
	c, err := o.Authority.Member(o.Member, now, certificateLife)
	if err != nil {
		return nil, err
	}
	d.cert, d.made, d.ca = c, now, signing
	return c, nil
}

// security is TLS as nodes meet it. A certificate is asked for and not demanded, since who joins has none; one that is
// shown has to hold, and each method asks for the one it needs.
func (d *door) security() *tls.Config {
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		ClientAuth:             tls.RequestClientCert,
		SessionTicketsDisabled: true, // a resumed session would not show its certificate again
		Time:                   d.g.o.Now,
		GetCertificate:         func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return d.certificate() },
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			if len(raw) == 0 {
				return nil
			}
			leaf, err := x509.ParseCertificate(raw[0])
			if err != nil {
				return err
			}
			_, _, err = d.g.o.Authority.Verify(leaf, d.g.o.Now(), 0)
			return err
		},
	}
}

// refuse writes down who was not let in, at a bounded rate, so that nobody fills the disk by knocking.
func (d *door) refuse(ctx context.Context, what, remote string, reason error) {
	d.g.meter.Refused.Add(1)
	left, ok := d.refusals.take(d.g.o.Now())
	if !ok {
		return
	}
	detail := fmt.Sprintf("from %s: %v", remote, reason)
	if left > 0 {
		detail += fmt.Sprintf(" (and %d more that are not written down)", left)
	}
	d.g.o.Logger.Warn("a site was not let in", "what", what, "remote", remote, "reason", reason)
	err := d.g.o.Audit.Write(context.WithoutCancel(ctx), audit.Record{Who: "somebody", What: what, Result: "refused", Detail: link.Cut(detail)})
	if err != nil {
		d.g.o.Logger.Error("an audit record was not written", "error", err)
	}
}

// limiter lets ten a second through, and counts the rest.
type limiter struct {
	mu     sync.Mutex
	second int64
	taken  int
	left   int
}

func (l *limiter) take(now time.Time) (left int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := now.Unix(); s != l.second {
		l.second, l.taken = s, 0
	}
	if l.taken++; l.taken > 10 {
		l.left++
		return 0, false
	}
	left, l.left = l.left, 0
	return left, true
}

// admit returns the site that a call is of. Its certificate has come through the handshake already.
func (g *Gateway) admit(ctx context.Context) (sites.Site, *x509.Certificate, error) {
	leaf, err := certificateOf(ctx)
	if err != nil {
		return sites.Site{}, nil, err
	}
	s, err := g.o.Sites.Admit(ctx, leaf)
	return s, leaf, err
}

// certificateOf returns the certificate that a call was made with.
func certificateOf(ctx context.Context) (*x509.Certificate, error) {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return nil, errors.New("nobody is there")
	}
	t, ok := p.AuthInfo.(credentials.TLSInfo)
	if !ok || len(t.State.PeerCertificates) == 0 {
		return nil, errNoCertificate
	}
	return t.State.PeerCertificates[0], nil
}

var errNoCertificate = errors.New("no certificate was shown: join first")

func remoteOf(ctx context.Context) string {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return "nowhere"
	}
	if a, ok := p.Addr.(*net.TCPAddr); ok {
		return a.IP.String()
	}
	return p.Addr.String()
}

// statusOf is an error as gRPC says it: what a person has to mend is told from what time mends.
func statusOf(err error) error {
	for _, permanent := range []error{
		errNoCertificate, sites.ErrUnknown, sites.ErrRevoked, sites.ErrToken, sites.ErrProof, authority.ErrExpired, authority.ErrForeign,
		authority.ErrRequest, link.ErrToken, link.ErrNoIdentity,
	} {
		if errors.Is(err, permanent) {
			return status.Error(codes.PermissionDenied, link.Cut(err.Error()))
		}
	}
	if errors.Is(err, kv.ErrConflict) {
		return status.Error(codes.Aborted, "somebody else was faster: try again")
	}
	return status.Error(codes.Unavailable, link.Cut(err.Error()))
}
