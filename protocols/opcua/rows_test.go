package opcua

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/outbox"
	"github.com/holdfast-edge/holdfast/tag"
)

// plant returns a compiled device: a group with the tags a, b and w, which is only written, and one with c.
func plant(t testing.TB) *device {
	t.Helper()
	tags := func(names ...string) (all []config.Tag) {
		for _, n := range names {
			access := config.ReadOnly
			if n == "w" {
				access = config.WriteOnly
			}
			all = append(all, config.Tag{Name: n, Scale: 1, Access: access, Options: &TagOptions{Address: Address{kind: 's', text: n}}})
		}
		return all
	}
	d, err := Driver{}.Compile(&config.Device{Name: "d", Options: &DeviceOptions{MaxPerRequest: 1000, Backfill: time.Hour}, Groups: []config.Group{
		{Name: "one", Scan: time.Second, Tags: tags("a", "w", "b")}, {Name: "two", Scan: 200 * time.Millisecond, Tags: tags("c")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return d.(*device)
}

func item(handle uint32, v int32, at int64) *ua.MonitoredItemNotification {
	return &ua.MonitoredItemNotification{ClientHandle: handle, Value: &ua.DataValue{Value: ua.MustVariant(v), SourceTimestamp: time.Unix(at, 0)}}
}

// drawn writes the live rows of an outbox, and then those of the past, as group:values, with - for what is absent.
func drawn(t testing.TB, d *device, fill func(*outbox.Rows), old ...pastRow) string {
	t.Helper()
	o := outbox.New(d.widths)
	o.Fill(fill)
	return drawnFrom(t, o, old...)
}

// drawnFrom is drawn of what is in the outbox already.
func drawnFrom(t testing.TB, o *outbox.Outbox, old ...pastRow) (text string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for _, r := range old {
			o.PutPast(ctx, r.group, r.row)
		}
		o.PutPast(ctx, -1, protocols.Row{})
	}()
	if err := o.Empty(ctx, func(group int, row protocols.Row) {
		if group < 0 {
			cancel()
			return
		}
		text += fmt.Sprintf("%d:", group)
		for i, v := range row.Values {
			if v.Kind() == tag.Absent {
				text += " -"
				continue
			}
			text += fmt.Sprintf(" %s@%d", tag.AppendJSON(nil, v), row.Stamps[i]/int64(time.Second))
		}
		text += "\n"
	}); err != nil {
		t.Fatal(err)
	}
	return text
}

// changed has rows filled with what a server has sent at once.
func (d *device) changed(items ...*ua.MonitoredItemNotification) func(*outbox.Rows) {
	return func(rows *outbox.Rows) { d.arrange(rows, items) }
}

func TestWhatChangedAtOnceIsOneRowAGroup(t *testing.T) {
	d := plant(t)
	got := drawn(t, d, d.changed(item(0, 1, 10), item(2, 3, 11), item(1, 2, 12)))
	if want := "0: 1@10 - 2@12\n1: 3@11\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestAValueThatChangedTwiceIsTwoRowsInOrder(t *testing.T) {
	d := plant(t)
	got := drawn(t, d, d.changed(item(0, 1, 10), item(0, 2, 11), item(1, 9, 11), item(0, 3, 12)))
	if want := "0: 1@10 - -\n0: 2@11 - 9@11\n0: 3@12 - -\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestHandlesThatNobodyGaveAreIgnored(t *testing.T) {
	d := plant(t)
	if got := drawn(t, d, d.changed(item(3, 1, 10), item(1<<31, 1, 10), &ua.MonitoredItemNotification{})); got != "" {
		t.Errorf("got\n%s", got)
	}
}

func TestRefusedTagsAreBadInTheirGroups(t *testing.T) {
	d := plant(t)
	o := outbox.New(d.widths)
	o.Fill(func(rows *outbox.Rows) { d.arrangeRefused(rows, map[int]tag.Quality{1: tag.BadAddressUnknown}) })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_ = o.Empty(ctx, func(group int, row protocols.Row) {
		cancel()
		if group != 0 || !row.Values[2].Equal(tag.NullOf(tag.BadAddressUnknown)) || row.Values[0].Kind() != tag.Absent {
			t.Errorf("group %d: %v", group, row.Values)
		}
	})
}

func TestThePastIsARowForEachInstantTheOldestFirst(t *testing.T) {
	at := func(s int64) int64 { return s * int64(time.Second) }
	d := plant(t)
	rows := d.arrangedPast([]past{
		{0, tag.IntOf(1), at(10)},
		{0, tag.IntOf(2), at(12)},
		{1, tag.IntOf(3), at(10)},
		{2, tag.IntOf(4), at(10)},
		{1, tag.IntOf(5), at(11)},
		{0, tag.IntOf(6), at(12)},
	})
	want := "0: 1@10 - 3@10\n1: 4@10\n0: - - 5@11\n0: 2@12 - -\n0: 6@12 - -\n"
	if got := drawn(t, d, d.changed(), rows...); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for _, r := range rows {
		if r.row.Origin != tag.Backfill {
			t.Errorf("origin %d", r.row.Origin)
		}
	}
}

func TestAGapBeginsAtTheOldestOfTheNewestValuesAndNotTooFarBack(t *testing.T) {
	d, began := plant(t), time.Unix(100_000, 0)
	second := int64(time.Second)
	for _, g := range []struct {
		last []int64
		want string
	}{
		{[]int64{0, 0, 0}, "[]"},
		{[]int64{99_000 * second, 99_500 * second, 0}, "[{[0 1] 99000}]"},
		{[]int64{1 * second, 0, 0}, "[{[0] 96400}]"}, // an hour
		{[]int64{100_000 * second, 200_000 * second, 0}, "[]"},
		{[]int64{99_000 * second, 99_000 * second, 99_000 * second}, "[{[0 1] 99000} {[2] 99000}]"},
	} {
		type part struct {
			handles []int
			from    int64
		}
		got := []part{}
		for _, gap := range d.gaps(g.last, began, 2) {
			got = append(got, part{gap.handles, gap.from.Unix()})
		}
		if fmt.Sprint(got) != g.want {
			t.Errorf("%v: got %v, want %s", g.last, got, g.want)
		}
	}
}

func TestOfAHistoryOnlyWhatIsNewsIsTaken(t *testing.T) {
	d := plant(t)
	d.memory.begin()
	d.memory.saw(0, 30)
	values := func(at ...int64) (all []*ua.DataValue) {
		for _, ns := range at {
			all = append(all, &ua.DataValue{Value: ua.MustVariant(int32(ns)), SourceTimestamp: time.Unix(0, ns)})
		}
		return all
	}
	history := &ua.HistoryReadResult{HistoryData: ua.NewExtensionObject(&ua.HistoryData{DataValues: values(10, 20, 25, 30, 40)})}
	var got []int64
	for _, v := range d.appendPast(nil, 0, history, 10) {
		got = append(got, v.at)
	}
	if fmt.Sprint(got) != "[20 25]" {
		t.Errorf("got %v: what was known at 10 and what came live at 30 are no news", got)
	}
	for name, r := range map[string]*ua.HistoryReadResult{
		"refused": {StatusCode: ua.StatusBadHistoryOperationUnsupported, HistoryData: history.HistoryData}, "empty": {},
		"of another kind": {HistoryData: ua.NewExtensionObject(&ua.Range{})},
	} {
		if n := len(d.appendPast(nil, 0, r, 0)); n != 0 {
			t.Errorf("%s: %d values", name, n)
		}
	}
}

func TestThePublishingIntervalIsTheShortestScanUnlessItIsGiven(t *testing.T) {
	d := plant(t)
	if got := d.publishingInterval(); got != 200*time.Millisecond {
		t.Error(got)
	}
	d.options.PublishingInterval = 3 * time.Second
	if got := d.publishingInterval(); got != 3*time.Second {
		t.Error(got)
	}
	if got := (&device{options: &DeviceOptions{}}).publishingInterval(); got != time.Second {
		t.Error(got)
	}
}

func TestAPlanLearnsHowMuchTheServerTakes(t *testing.T) {
	d := plant(t)
	p := d.plans[0]
	if p.Steps() != 1 {
		t.Fatal(p.Steps())
	}
	p.keepTo(1)
	if p.Steps() != 2 || len(p.step(0)) != 1 || len(p.step(1)) != 1 || len(p.step(2)) != 0 {
		t.Errorf("%d steps", p.Steps())
	}
	p.keepTo(0)
	if p.Steps() != 1 {
		t.Errorf("%d steps at a server without a limit", p.Steps())
	}
	if !d.memory.tooMany(2) || d.memory.tooMany(1) {
		t.Error("fewer than one cannot be tried")
	}
	if p.keepTo(0); p.Steps() != 2 {
		t.Errorf("%d steps after a refusal", p.Steps())
	}
}

func TestNotificationsAreTakenInOrderOrNotAtAll(t *testing.T) {
	d := plant(t)
	s := &subscription{device: d, out: outbox.New(d.widths), id: 5, sequence: 1}
	publish := func(id, n uint32, data ...any) error {
		m := &ua.NotificationMessage{SequenceNumber: n}
		for _, d := range data {
			m.NotificationData = append(m.NotificationData, ua.NewExtensionObject(d))
		}
		_, err := s.take(&ua.PublishResponse{SubscriptionID: id, NotificationMessage: m})
		return err
	}
	change := &ua.DataChangeNotification{MonitoredItems: []*ua.MonitoredItemNotification{item(0, 1, 1)}}
	for _, err := range []error{
		publish(5, 1, change), publish(5, 2), publish(5, 2, change), publish(4, 9, change), publish(5, 3, &ua.EventNotificationList{}),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if got, want := drawnFrom(t, s.out), "0: 1@1 - -\n0: 1@1 - -\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for what, err := range map[string]error{
		"a hole": publish(5, 5, change), "an end": publish(5, 4, &ua.StatusChangeNotification{Status: ua.StatusBadTimeout, DiagnosticInfo: &ua.DiagnosticInfo{}}),
	} {
		if f := protocols.FaultOf(asSessions(err)); f.Scope != protocols.ScopeSession || !f.Quality.IsBad() {
			t.Errorf("%s: %+v", what, f)
		}
	}
	if after(1<<32-1) != 1 || after(1) != 2 {
		t.Error("numbers do not wrap to 1")
	}
}

func TestRefusalsAreTriedAgainMoreAndMoreSeldom(t *testing.T) {
	for retries, want := range map[int]time.Duration{0: time.Minute, 1: 2 * time.Minute, 5: 32 * time.Minute, 6: time.Hour, 1000: time.Hour} {
		if got := retryAfter(retries); got != want {
			t.Errorf("after %d: %v, want %v", retries, got, want)
		}
	}
}

func TestErrorsReachAsFarAsTheyDo(t *testing.T) {
	for _, c := range []struct {
		err       error
		scope     protocols.Scope // 0: a refusal
		quality   tag.Quality
		permanent bool
	}{
		{ua.StatusBadSessionIDInvalid, protocols.ScopeSession, 0x8025, false},
		{ua.StatusBadTimeout, protocols.ScopeUnit, tag.BadTimeout, false},
		{ua.StatusBadNodeIDUnknown, 0, tag.BadAddressUnknown, false},
		{ua.StatusGoodNoData, 0, tag.BadUnexpected, false},
		{context.Canceled, protocols.ScopeUnit, tag.BadShutdown, false},
		{context.DeadlineExceeded, protocols.ScopeUnit, tag.BadTimeout, false},
		{errors.New("anything"), protocols.ScopeUnit, tag.BadCommunication, false},
	} {
		err := faultOf("ask", c.err)
		r, refused := errors.AsType[*protocols.Refusal](err)
		if refused != (c.scope == 0) || refused && r.Quality != c.quality {
			t.Errorf("%v: %#v", c.err, err)
		}
		if f := protocols.FaultOf(err); !refused && (f.Scope != c.scope || f.Quality != c.quality) {
			t.Errorf("%v: %+v", c.err, f)
		}
	}
}
