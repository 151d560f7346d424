package cloud_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/test/cloud/light"
)

// attempt is something that somebody tries who may not, and the audit record that it has to leave.
type attempt struct {
	name   string
	what   string
	detail string
	try    func() error
}

// intruder has a cloud, what it needs to try its luck there, and another cloud that it belongs to.
type intruder struct {
	*cloud

	t     *testing.T
	other *cloud
}

func (i *intruder) address() string { return i.members[0].LinkAddress() }

// token makes a token for a site, that is added where it is not there.
func (i *intruder) token(of *cloud, site string) string {
	i.t.Helper()
	var token api.JoinToken
	if of.ask(0, of.token, http.MethodPost, "/api/v1/sites/"+site+"/token", struct{}{}, &token) == http.StatusNotFound {
		of.do(http.MethodPost, "/api/v1/sites", api.NewSite{Name: site}, &token)
	}
	return token.Token
}

// enter says a token, whoever made it, to the cloud; the fingerprint in it is made to fit.
func (i *intruder) enter(token string) error {
	mine, err := link.ParseToken(i.token(i.cloud, "fingerprint"))
	if err != nil {
		return err
	}
	t, err := link.ParseToken(token)
	if err != nil {
		return err
	}
	t.Fingerprint = mine.Fingerprint
	_, err = enrol.Join(i.t.Context(), i.address(), t.String(), "test", nil)
	return err
}

// show shows a certificate, and does not look at who the cloud is.
func (i *intruder) show(c enrol.Credentials) error {
	security, err := c.TLS(time.Now)
	if err != nil {
		return err
	}
	security.InsecureSkipVerify = true //nolint:gosec // the member shall refuse, not the node
	ctx, cancel := context.WithTimeout(i.t.Context(), patience)
	defer cancel()
	_, err = light.New(c).ConnectWith(ctx, i.address(), security)
	return err
}

// renew asks for a new certificate for an old one.
func (i *intruder) renew(c enrol.Credentials) error {
	_, err := c.Renew(i.t.Context(), i.address(), i.clock, nil)
	return err
}

func TestWhatIsExpiredRevokedForeignReplayedOrForgedIsRefusedAndAllOfItIsAudited(t *testing.T) {
	i := &intruder{start(t, 1), t, start(t, 1)}
	for _, a := range append(append(i.tokens(), i.certificates()...), i.generations()...) {
		if err := a.try(); err == nil {
			t.Errorf("%s: it is taken", a.name)
		}
		eventually(t, a.name+" is audited", func() bool { return i.audited(a.what, "refused", a.detail) })
		i.ahead(0) // where the attempt has set the clock
	}
	var wrong []string
	if i.do(http.MethodGet, "/api/v1/audit/verify", nil, &wrong); len(wrong) > 0 {
		t.Errorf("the audit log is not as it was written: %v", wrong)
	}
}

func (i *intruder) tokens() []attempt {
	used := i.token(i.cloud, "used")
	if err := i.enter(used); err != nil {
		i.t.Fatal(err)
	}
	late := i.token(i.cloud, "late")
	return []attempt{
		{"a token that was used", "join", "join site used", func() error { return i.enter(used) }},
		{"a token of another cloud", "join", "the token is not known", func() error { return i.enter(i.token(i.other, "foreign")) }},
		{"a token that has expired", "join", "join site late", func() error {
			i.ahead(25 * time.Hour)
			return i.enter(late)
		}},
	}
}

func (i *intruder) certificates() []attempt {
	plain, revoked, stolen := i.join("plain", nil), i.join("revoked", nil), i.join("stolen", nil)
	fresh, err := stolen.Renew(i.t.Context(), i.address(), time.Now, nil)
	if err != nil {
		i.t.Fatal(err)
	}
	i.run(light.New(fresh)) // the one before is believed until the new one is used
	i.owned("stolen")
	i.do(http.MethodPost, "/api/v1/sites/revoked/revoke", struct{}{}, nil)
	foreign := i.other.join("plain", nil)
	return []attempt{
		{"a certificate of another cloud", "handshake", "not of this cloud", func() error { return i.show(foreign) }},
		{"the renewal of a certificate of another cloud", "renew", "not of this cloud", func() error { return i.renew(foreignTo(foreign, plain)) }},
		{"a certificate that was revoked", "session", "site revoked", func() error { return i.show(revoked) }},
		{"the renewal of a certificate that was revoked", "renew", "renew site revoked", func() error { return i.renew(revoked) }},
		{"a certificate that was replaced", "session", "site stolen", func() error { return i.show(stolen) }},
		{"the renewal of a certificate that was replaced", "renew", "renew site stolen", func() error { return i.renew(stolen) }},
		{"a certificate that has expired", "handshake", "has expired", func() error {
			i.ahead(100 * 24 * time.Hour)
			return i.show(plain)
		}},
		{"the renewal of a certificate that has expired beyond the grace", "renew", "has expired", func() error {
			i.ahead(130 * 24 * time.Hour)
			return i.renew(plain)
		}},
	}
}

// foreignTo is foreign credentials that trust the cloud that they are tried at.
func foreignTo(foreign, there enrol.Credentials) enrol.Credentials {
	foreign.Authorities = there.Authorities
	return foreign
}

var errTaken = errors.New("the site does not run it")

func (i *intruder) generations() []attempt {
	files := func(text string) api.Configuration {
		return api.Configuration{Files: []link.File{{Name: "site.yaml", Data: text}}}
	}
	return []attempt{
		{"a bundle that was tampered with", "fetch", "site tampered", func() error {
			s := light.New(i.join("tampered", nil))
			var a api.Applied
			i.do(http.MethodPut, "/api/v1/sites/tampered/desired", files("site: tampered\n"), &a)
			name := filepath.Join(i.dir, "blobs", "bundles", a.Digest)
			if err := os.WriteFile(name, []byte(`[{"name":"site.yaml","data":"site: evil\n"}]`), 0o600); err != nil {
				i.t.Fatal(err)
			}
			i.run(s)
			i.owned("tampered")
			eventually(i.t, "the site has asked for it", func() bool { return i.audited("fetch", "refused", "site tampered") })
			return unless(s.Running())
		}},
		{"a statement that nobody signed", "generation", "the signature does not hold", func() error {
			s := light.New(i.join("forged", nil))
			i.run(s)
			i.owned("forged")
			var a api.Applied
			i.do(http.MethodPut, "/api/v1/sites/forged/desired", files("site: forged\n"), &a)
			eventually(i.t, "the site runs what was signed", func() bool { n, _ := s.Running(); return n == a.Generation })
			i.forge("forged")
			eventually(i.t, "the site has refused", func() bool { _, phase := s.Running(); return phase == "refused" })
			if n, _ := s.Running(); n != a.Generation {
				return nil
			}
			return errTaken
		}},
	}
}

// unless is an error where a site runs nothing.
func unless(running uint64, _ string) error {
	if running == 0 {
		return errTaken
	}
	return nil
}

// forge writes a generation into the store, as somebody could who has come that far.
func (i *intruder) forge(site string) {
	i.t.Helper()
	g, version, err := kv.Load[desired.Generation](i.t.Context(), i.store, desired.Prefix+site)
	if err != nil {
		i.t.Fatal(err)
	}
	g.Number++
	g.Statement = []byte(`{"site":"` + site + `","generation":99}`)
	_, err = i.store.Commit(i.t.Context(), kv.Txn{
		If: []kv.Check{{Key: desired.Prefix + site, Version: version}}, Put: []kv.Put{{Key: desired.Prefix + site, Value: kv.Encode(g)}},
	})
	if err != nil {
		i.t.Fatal(err)
	}
}
