package cloud_test

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/test/cloud/light"
)

func TestATokenJoinsOnceAndTheRefusalIsAudited(t *testing.T) {
	c := start(t, 1)
	var token api.JoinToken
	c.do(http.MethodPost, "/api/v1/sites", api.NewSite{Name: "plant-7"}, &token)
	address := c.members[0].LinkAddress()
	if _, err := enrol.Join(t.Context(), address, token.Token, "test", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := enrol.Join(t.Context(), address, token.Token, "test", nil); err == nil || !strings.Contains(err.Error(), "used") {
		t.Errorf("the same token again: %v", err)
	}
	eventually(t, "the replay is audited", func() bool { return c.audited("join", "refused", "the token is not known, was used") })

	c.do(http.MethodPost, "/api/v1/sites/plant-7/token", struct{}{}, &token)
	c.ahead(48 * time.Hour)
	if _, err := enrol.Join(t.Context(), address, token.Token, "test", nil); err == nil {
		t.Error("an expired token is taken")
	}
}

func TestANodeTellsItsTokenToNoOtherCloud(t *testing.T) {
	mine, other := start(t, 1), start(t, 1)
	var token api.JoinToken
	mine.do(http.MethodPost, "/api/v1/sites", api.NewSite{Name: "plant-7"}, &token)
	if _, err := enrol.Join(t.Context(), other.members[0].LinkAddress(), token.Token, "test", nil); err == nil || !strings.Contains(err.Error(), enrol.ErrCloud.Error()) {
		t.Errorf("joined a stranger: %v", err)
	}
	if other.audited("join", "refused", "") {
		t.Error("the stranger has heard the token")
	}
}

func TestForeignCertificatesAreRefusedAndAudited(t *testing.T) {
	mine, other := start(t, 1), start(t, 1)
	mine.join("plant-7", nil)
	stranger := other.join("plant-7", nil)
	security, err := stranger.TLS(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	security.InsecureSkipVerify = true //nolint:gosec // the member shall refuse, not the node
	if _, err := light.New(stranger).ConnectWith(t.Context(), mine.members[0].LinkAddress(), security); err == nil {
		t.Error("a foreign certificate is let in")
	}
	eventually(t, "the refusal is audited", func() bool { return mine.audited("handshake", "refused", "not of this cloud") })
	bare := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13} //nolint:gosec // as above
	if _, err := light.New(stranger).ConnectWith(t.Context(), mine.members[0].LinkAddress(), bare); err == nil {
		t.Error("nobody is let in")
	}
	eventually(t, "that is audited, too", func() bool { return mine.audited("session", "refused", "no certificate") })
}

func TestRevocationEndsTheSessionAtOnceAndEveryLaterOne(t *testing.T) {
	c := start(t, 1)
	credentials := c.join("plant-7", nil)
	s := light.New(credentials)
	c.run(s)
	c.owned("plant-7")
	c.do(http.MethodPost, "/api/v1/sites/plant-7/revoke", struct{}{}, nil)
	eventually(t, "the session has ended", func() bool { _, ok := c.members[0].Gateway().Connected("plant-7"); return !ok })
	eventually(t, "the refusal is audited", func() bool { return c.audited("session", "refused", "revoked") })
	if _, err := credentials.Renew(t.Context(), c.members[0].LinkAddress(), time.Now, nil); err == nil {
		t.Error("a revoked certificate is renewed")
	}
	eventually(t, "that is audited", func() bool { return c.audited("renew", "refused", "revoked") })
}

func TestAnExpiredCertificateIsGoodForItsRenewalWithinTheGraceOnly(t *testing.T) {
	c := start(t, 1)
	credentials := c.join("plant-7", nil)
	address := c.members[0].LinkAddress()
	c.ahead(100 * 24 * time.Hour) // it was good for 90 days
	late := light.New(credentials)
	late.Now = c.clock
	if _, err := late.Connect(t.Context(), address); err == nil {
		t.Error("an expired certificate is let in")
	}
	eventually(t, "the refusal is audited", func() bool { return c.audited("handshake", "refused", "expired") })
	fresh, err := credentials.Renew(t.Context(), address, c.clock, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := light.New(fresh)
	s.Now = c.clock
	c.run(s)
	c.owned("plant-7")
	if _, err := credentials.Renew(t.Context(), address, c.clock, nil); err == nil {
		t.Error("the old certificate is renewed although the new one is in use")
	}
	c.ahead(400 * 24 * time.Hour)
	if _, err := fresh.Renew(t.Context(), address, c.clock, nil); err == nil {
		t.Error("renewed beyond the grace")
	}
	eventually(t, "that is audited", func() bool { return c.audited("renew", "refused", "has expired") })
}

func TestACopiedCertificateIsUselessOnceTheNodeHasRenewed(t *testing.T) {
	c := start(t, 1)
	old := c.join("plant-7", nil)
	fresh, err := old.Renew(t.Context(), c.members[0].LinkAddress(), time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.run(light.New(fresh))
	c.owned("plant-7")
	if _, err := light.New(old).Connect(t.Context(), c.members[0].LinkAddress()); err == nil || !strings.Contains(err.Error(), "newer one") {
		t.Errorf("the old certificate: %v", err)
	}
	eventually(t, "the replay is audited", func() bool { return c.audited("session", "refused", "newer one has taken its place") })
}

func TestRotationOfTheCALosesNoSiteThatRenews(t *testing.T) {
	c := start(t, 1)
	old := c.join("plant-7", nil)
	c.do(http.MethodPost, "/api/v1/authority/rotate", struct{}{}, nil)
	c.run(light.New(old))
	c.owned("plant-7") // both are trusted: the member shows a certificate of the new CA only to those that know it
	fresh, err := old.Renew(t.Context(), c.members[0].LinkAddress(), time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(fresh.Authorities) != 2 || len(fresh.Signers) != 2 {
		t.Errorf("%d CAs and %d signers are known", len(fresh.Authorities), len(fresh.Signers))
	}
	c.do(http.MethodPost, "/api/v1/authority/1/retire", struct{}{}, nil)
	if _, err := light.New(old).Connect(t.Context(), c.members[0].LinkAddress()); err == nil {
		t.Error("a certificate of a retired CA is let in")
	}
	again := light.New(fresh)
	c.run(again)
	eventually(t, "the renewed site is connected", func() bool { n, _ := again.Sessions(); return n > 0 })
}

func TestEveryMemberTrustsAndSignsByTheCAThatAnotherHasMade(t *testing.T) {
	c := start(t, 2)
	old := c.join("plant-7", nil)
	c.do(http.MethodPost, "/api/v1/authority/rotate", struct{}{}, nil)
	fresh, err := old.Renew(t.Context(), c.members[0].LinkAddress(), time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the other member renews it once more", func() bool {
		_, err := fresh.Renew(t.Context(), c.members[1].LinkAddress(), time.Now, nil)
		return err == nil
	})
	c.do(http.MethodPost, "/api/v1/authority/1/retire", struct{}{}, nil)
	eventually(t, "the other member trusts the old one no more", func() bool {
		_, err := old.Renew(t.Context(), c.members[1].LinkAddress(), time.Now, nil)
		return err != nil
	})
}

func TestATamperedGenerationIsRefusedByTheSite(t *testing.T) {
	c := start(t, 1)
	credentials := c.join("plant-7", nil)
	statement := link.Statement{Site: "plant-7", Generation: 9}
	d := &wire.Desired{Statement: []byte(`{"site":"plant-7","generation":9}`), Signature: make([]byte, 64), Signer: credentials.Signers[0]}
	if _, err := link.VerifyStatement(d, credentials.SignerKeys(), statement.Site); err == nil {
		t.Error("a statement that nobody signed is believed")
	}
}

func TestRolesAreForTheirSitesAndRefusalsAreAudited(t *testing.T) {
	c := start(t, 1)
	c.run(light.New(c.join("plant-7", map[string]string{"region": "eu"})))
	c.run(light.New(c.join("plant-8", map[string]string{"region": "us"})))
	c.owned("plant-7")
	var viewer, operator api.Token
	c.do(http.MethodPost, "/api/v1/tokens", api.NewToken{Name: "vera", Role: access.Viewer}, &viewer)
	c.do(http.MethodPost, "/api/v1/tokens", api.NewToken{Name: "otto", Role: access.Operator, Sites: "region=eu"}, &operator)
	restart := api.NewCommand{Kind: "restart", Target: "/x", Within: 30, Wait: 20}
	for name, ask := range map[string]struct {
		token, method, path string
		in                  any
		want                int
	}{
		"nobody":                      {"", http.MethodGet, "/api/v1/sites", nil, http.StatusUnauthorized},
		"a viewer looks":              {viewer.Token, http.MethodGet, "/api/v1/sites/plant-7", nil, http.StatusOK},
		"a viewer commands":           {viewer.Token, http.MethodPost, "/api/v1/sites/plant-7/commands", restart, http.StatusForbidden},
		"an operator commands":        {operator.Token, http.MethodPost, "/api/v1/sites/plant-7/commands", restart, http.StatusOK},
		"an operator elsewhere":       {operator.Token, http.MethodPost, "/api/v1/sites/plant-8/commands", restart, http.StatusForbidden},
		"an operator adds a site":     {operator.Token, http.MethodPost, "/api/v1/sites", api.NewSite{Name: "x"}, http.StatusForbidden},
		"an operator reads the audit": {operator.Token, http.MethodGet, "/api/v1/audit", nil, http.StatusForbidden},
	} {
		if got := c.ask(0, ask.token, ask.method, ask.path, ask.in, nil); got != ask.want {
			t.Errorf("%s: status %d, want %d", name, got, ask.want)
		}
	}
	if !c.audited("restart", "refused", "vera is viewer") || !c.audited("restart", "refused", "otto is operator for region=eu only") {
		t.Error("a refusal is not in the audit log")
	}
}
