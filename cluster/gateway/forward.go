package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// peers is the connections to other members, made with the first question and kept. It may be used concurrently.
type peers struct {
	door *door

	mu   sync.Mutex
	open map[Member]*link.Client
}

// errPeer says that whoever answers at a member's address is not that member.
var errPeer = errors.New("who answers there is not that member")

// client returns the connection to a member. It is made again by itself when it is lost.
func (p *peers) client(m Member) (*link.Client, error) {
	m.Since = time.Time{} // the same member, started again
	p.mu.Lock()
	defer p.mu.Unlock()
	if c, ok := p.open[m]; ok {
		return c, nil
	}
	c, err := link.Dial(m.Link, p.door.toMember(m.Name), nil)
	if err == nil {
		p.open[m] = c
	}
	return c, err
}

// close ends the connections.
func (p *peers) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for m, c := range p.open {
		errs = append(errs, c.Close())
		delete(p.open, m)
	}
	return errors.Join(errs...)
}

// toMember is TLS to one other member: both show the certificates that sites know them by.
func (d *door) toMember(name string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, ServerName: link.ServerName,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return d.certificate() },
		InsecureSkipVerify:   true, //nolint:gosec // VerifyConnection verifies, by the CAs as they are at that moment
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 {
				return errPeer
			}
			role, who, err := d.g.o.Authority.Verify(s.PeerCertificates[0], d.g.o.Now(), 0)
			if err == nil && (role != link.MemberRole || who != name) {
				err = errPeer
			}
			return err
		},
	}
}

// owner returns the other member that has a site.
func (g *Gateway) owner(ctx context.Context, site string) (m Member, err error) {
	o, _, err := kv.Load[Owner](ctx, g.o.Store, OwnerPrefix+site)
	if err == nil && o.Member == g.o.Member {
		err = kv.ErrNotFound // its session has just ended
	}
	if err == nil {
		m, _, err = kv.Load[Member](ctx, g.o.Store, MemberPrefix+o.Member)
	}
	if errors.Is(err, kv.ErrNotFound) {
		err = ErrAway
	}
	return m, err
}

// askOwner has the member ask that has the site.
func (g *Gateway) askOwner(ctx context.Context, site string, q *wire.Ask, each func([]byte) error) error {
	m, err := g.owner(ctx, site)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client, err := g.peers.client(m)
	if err != nil {
		return err
	}
	stream, err := client.Forward(ctx, &wire.Forwarded{Site: site, Ask: q})
	for err == nil {
		var r *wire.Reply
		if r, err = stream.Recv(); err == nil {
			err = each(r.GetData())
		}
	}
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case status.Code(err) == codes.NotFound:
		return ErrAway
	case status.Code(err) == codes.Aborted:
		return errors.New(status.Convert(err).Message())
	}
	return fmt.Errorf("through member %s: %w", m.Name, err)
}

// Forward is link.Cloud's. It is for members alone, and asks a session of this one.
func (g *Gateway) Forward(r *wire.Forwarded, stream link.ForwardStream) error {
	ctx := stream.Context()
	leaf, err := certificateOf(ctx)
	if err == nil {
		err = g.admitMember(leaf)
	}
	if err != nil {
		return g.notAdmitted(ctx, "forward", err)
	}
	s, ok := g.session(r.GetSite())
	if !ok {
		return status.Error(codes.NotFound, ErrAway.Error())
	}
	if r.GetAsk() == nil {
		return status.Error(codes.InvalidArgument, "there is no question")
	}
	err = s.question(ctx, r.GetAsk(), func(part []byte) error { return stream.Send(&wire.Reply{Data: part}) })
	if errors.Is(err, ErrAway) {
		return status.Error(codes.NotFound, err.Error())
	}
	if err != nil {
		return status.Error(codes.Aborted, link.Cut(err.Error()))
	}
	return nil
}

// admitMember wants the certificate of a member.
func (g *Gateway) admitMember(leaf *x509.Certificate) error {
	role, name, err := g.o.Authority.Verify(leaf, g.o.Now(), 0)
	if err == nil && role != link.MemberRole {
		err = fmt.Errorf("%s %s is no member: %w", role, name, link.ErrNoIdentity)
	}
	return err
}
