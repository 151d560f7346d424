package cloud_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/cluster/member"
	"github.com/holdfast-edge/holdfast/cluster/telemetry"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/test/cloud/light"
)

func TestEveryMemberAnswersForASiteWhoeverHasIt(t *testing.T) {
	c := start(t, 3)
	c.run(light.New(c.join("plant-7", nil)))
	c.owned("plant-7")
	for m := range c.members {
		if status := c.ask(m, c.token, http.MethodGet, "/api/v1/sites/plant-7/values", nil, nil); status != http.StatusOK {
			t.Errorf("member %d answers %d", m, status)
		}
	}
	c.join("plant-8", nil)
	if status := c.ask(0, c.token, http.MethodGet, "/api/v1/sites/plant-8/values", nil, nil); status != http.StatusServiceUnavailable {
		t.Errorf("of a site that is away: %d", status)
	}
}

func TestASiteCannotHaveAnotherOneAsked(t *testing.T) {
	c := start(t, 1)
	s := light.New(c.join("plant-7", nil))
	c.run(s)
	c.owned("plant-7")
	security, err := s.Credentials.TLS(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	client, err := link.Dial(c.members[0].LinkAddress(), security, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	stream, err := client.Forward(t.Context(), &wire.Forwarded{Site: "plant-7", Ask: &wire.Ask{Question: &wire.Ask_Status{}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err == nil {
		t.Error("a site is taken for a member")
	}
	eventually(t, "the refusal is audited", func() bool { return c.audited("forward", "refused", "is no member") })
}

// taking is a cloud with one member that takes telemetry, and a site that sends it.
func taking(t *testing.T) (*cloud, sinks.Writer) {
	t.Helper()
	c := start(t, 1, func(o *member.Options) { o.Sinks = []telemetry.Sink{{Kind: &far{}, Config: &config.Sink{Name: "far"}}} })
	w := c.node("plant-7")
	if err := send(t, w, sinks.Delivery{Batch: batch(t, 1, 10)}); err != nil {
		t.Fatal(err)
	}
	return c, w
}

func TestRevocationEndsTheTelemetryThatIsOnItsWay(t *testing.T) {
	c, w := taking(t)
	c.do(http.MethodPost, "/api/v1/sites/plant-7/revoke", struct{}{}, nil)
	select {
	case <-w.Lost():
	case <-time.After(patience):
		t.Error("the connection goes on")
	}
}

func TestTelemetryIsTakenWhileTheStoreIsAwayFromWhomItKnewLast(t *testing.T) {
	c, _ := taking(t)
	c.views[0].set(true)
	c.views[0].expire()
	eventually(t, "the member has lost its lease", func() bool { return !c.members[0].Gateway().Ready() })
	again := c.open("plant-7")
	if err := send(t, again, sinks.Delivery{Batch: batch(t, 11, 10)}); err != nil {
		t.Error(err)
	}
	c.views[0].set(false)
	eventually(t, "the member has its lease again", c.members[0].Gateway().Ready)
}
