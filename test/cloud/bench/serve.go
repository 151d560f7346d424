package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"

	"github.com/holdfast-edge/holdfast/cluster/authority"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/kv/etcd"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/cluster/member"
	"github.com/holdfast-edge/holdfast/cluster/sites"
)

// The addresses of the member, in a file that the parent reads.
type addresses struct{ Link, API string }

// serveUntil is the process that is measured.
func serveUntil(ctx context.Context, dir string, n int, bare bool, out io.Writer) error {
	ca, err := authority.Open(filepath.Join(dir, "ca"), time.Now())
	if err != nil {
		return err
	}
	store, err := etcd.Embed(ctx, filepath.Join(dir, "etcd"))
	if err != nil {
		return err
	}
	if _, err := os.Stat(credentialsFile(dir)); err != nil {
		if err := fill(ctx, store, ca, dir, n); err != nil {
			return errors.Join(err, store.Close())
		}
	}
	if bare {
		return errors.Join(serveBare(ctx, ca, dir, out), store.Close())
	}
	m, err := member.Start(ctx, member.Options{
		Name: "m1", Store: store, Dir: dir, Link: keepPort(dir, "link"), API: keepPort(dir, "api"), Logger: slog.New(slog.DiscardHandler),
		Policy: link.Policy{ConfirmIn: time.Minute},
	})
	if err != nil {
		return err
	}
	err = m.FirstToken(ctx, filepath.Join(dir, "token"))
	if err == nil {
		err = tell(dir, addresses{m.LinkAddress(), m.APIURL()}, out)
	}
	if err == nil {
		<-ctx.Done()
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return errors.Join(err, m.Close(closing))
}

// keepPort is the address of the last start, so that sites find the member again.
func keepPort(dir, which string) string {
	text, err := os.ReadFile(filepath.Join(dir, "addresses"))
	var a addresses
	if err != nil || json.Unmarshal(text, &a) != nil {
		return "127.0.0.1:0"
	}
	if which == "link" {
		return a.Link
	}
	return a.API[len("http://"):]
}

func tell(dir string, a addresses, out io.Writer) error {
	text, err := json.Marshal(a)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "addresses"), text, 0o600)
	}
	if err == nil {
		_, err = fmt.Fprintln(out, "ready")
	}
	return err
}

func credentialsFile(dir string) string { return filepath.Join(dir, "credentials") }

// fill makes the sites without their joining, which is not what is measured.
func fill(ctx context.Context, store kv.Store, ca *authority.Authority, dir string, n int) error {
	f, err := os.Create(credentialsFile(dir))
	if err != nil {
		return err
	}
	defer f.Close()
	lines := json.NewEncoder(f)
	var txn kv.Txn
	for i := range n {
		name := fmt.Sprintf("plant-%05d", i)
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return err
		}
		leaf, err := ca.Issue(&key.PublicKey, link.SiteRole, name, time.Now(), 24*time.Hour)
		if err != nil {
			return err
		}
		pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return err
		}
		c := enrol.Credentials{Site: name, Key: pkcs8, Certificate: leaf.Raw, Authorities: ca.Roots(), Signers: ca.Signers()}
		if err := lines.Encode(c); err != nil {
			return err
		}
		s := sites.Site{Name: name, Serials: []string{leaf.SerialNumber.Text(16)}, Enrolled: time.Now()}
		txn.Put = append(txn.Put, kv.Put{Key: sites.Prefix + name, Value: kv.Encode(s)})
		if len(txn.Put) == 100 || i == n-1 {
			if _, err := store.Commit(ctx, txn); err != nil {
				return err
			}
			txn.Put = nil
		}
	}
	return nil
}

// serveBare is a gRPC server that takes a hello and then is idle, to compare with.
func serveBare(ctx context.Context, ca *authority.Authority, dir string, out io.Writer) error {
	cert, err := ca.Member("m1", time.Now(), time.Hour)
	if err != nil {
		return err
	}
	security := &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{*cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca.Pool()}
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(security)), grpc.KeepaliveParams(keepalive.ServerParameters{Time: link.AliveCloud, Timeout: link.AliveTimeout}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: link.AliveNode / 2, PermitWithoutStream: true}))
	link.Register(server, idle{})
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, server.Stop)
	defer stop()
	if err := tell(dir, addresses{Link: l.Addr().String(), API: "http://none"}, out); err != nil {
		return err
	}
	return server.Serve(l)
}

// idle welcomes whoever comes and says nothing more.
type idle struct{ link.Cloud }

func (idle) Session(s link.ControlStream) error {
	if err := s.Send(&wire.FromCloud{Message: &wire.FromCloud_Welcome{Welcome: &wire.Welcome{Version: 2, Epoch: 1}}}); err != nil {
		return err
	}
	for {
		if _, err := s.Recv(); err != nil {
			return err
		}
	}
}
