package commands

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/cluster/blob"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// book is one in memory, with the audit log in a directory.
func book(t *testing.T) (*Book, *kv.Memory) {
	t.Helper()
	blobs, err := blob.OpenDirectory(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	store := kv.NewMemory()
	return NewBook(store, audit.New(blobs, "m1", time.Now), time.Now), store
}

func restart(key string) Command {
	return Command{Key: key, Site: "plant-7", Kind: "restart", Target: "rule/forward", By: "anna", Deadline: time.Now().Add(time.Minute)}
}

// sent submits a command and has it sent, under a claim that holds.
func sent(t *testing.T, b *Book, store *kv.Memory, key string) Command {
	t.Helper()
	c, err := b.Submit(t.Context(), restart(key))
	if err != nil {
		t.Fatal(err)
	}
	version, err := store.Commit(t.Context(), kv.Txn{Put: []kv.Put{{Key: "/claim", Value: []byte("m1")}}})
	if err != nil {
		t.Fatal(err)
	}
	if c, err = b.MarkSent(t.Context(), c, 7, kv.Check{Key: "/claim", Version: version}); err != nil || c.State != Sent || c.Epoch != 7 {
		t.Fatalf("it is %+v, %v", c, err)
	}
	return c
}

func TestAKeyIsOneCommandForEver(t *testing.T) {
	b, _ := book(t)
	first, err := b.Submit(t.Context(), restart("k1"))
	if err != nil || first.State != Waiting {
		t.Fatalf("it is %+v, %v", first, err)
	}
	if again, err := b.Submit(t.Context(), restart("k1")); err != nil || !again.Asked.Equal(first.Asked) {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	other := restart("k1")
	other.Target = "rule/other"
	if _, err := b.Submit(t.Context(), other); !errors.Is(err, ErrReused) {
		t.Errorf("another one of that key: %v", err)
	}
	for _, key := range []string{"", "../k", "a/b"} {
		if _, err := b.Submit(t.Context(), restart(key)); err == nil {
			t.Errorf("the key %q is taken", key)
		}
	}
}

func TestACommandIsNotSentUnderAClaimThatHoldsNoMore(t *testing.T) {
	b, _ := book(t)
	c, err := b.Submit(t.Context(), restart("k1"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.MarkSent(t.Context(), c, 7, kv.Check{Key: "/claim", Version: 3}); !errors.Is(err, kv.ErrConflict) {
		t.Errorf("got %v", err)
	}
	if c, err = b.Command(t.Context(), "plant-7", "k1"); err != nil || c.State != Waiting || c.Epoch != 0 {
		t.Errorf("it is %+v, %v", c, err)
	}
}

func TestTheFirstOutcomeStaysButForUnknown(t *testing.T) {
	b, store := book(t)
	sent(t, b, store, "k1")
	for _, step := range []struct {
		told wire.Result
		want State
	}{
		{wire.Result_RESULT_UNKNOWN, Unknown}, {wire.Result_RESULT_FAILED, Failed}, {wire.Result_RESULT_DONE, Failed}, {wire.Result_RESULT_UNKNOWN, Failed},
	} {
		if err := b.Settle(t.Context(), "plant-7", &wire.Outcome{Key: "k1", Result: step.told, Data: []byte("{no json")}); err != nil {
			t.Fatal(err)
		}
		if c, err := b.Command(t.Context(), "plant-7", "k1"); err != nil || c.State != step.want || c.Data != nil {
			t.Errorf("after %v it is %+v, %v", step.told, c, err)
		}
	}
	if err := b.Settle(t.Context(), "plant-7", &wire.Outcome{Key: "k2"}); !errors.Is(err, ErrUnknown) {
		t.Errorf("one that nobody asked for: %v", err)
	}
	if open, err := b.Open(t.Context(), "plant-7"); err != nil || len(open) != 0 {
		t.Errorf("open: %+v, %v", open, err)
	}
}

func TestWaitEndsWithTheOutcomeOrWithItsAsker(t *testing.T) {
	b, store := book(t)
	sent(t, b, store, "k1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if c, err := b.Wait(ctx, "plant-7", "k1"); err == nil && c.State != Sent {
		t.Errorf("nobody waits: %+v, %v", c, err)
	}
	ended := make(chan Command, 1)
	go func() {
		c, err := b.Wait(t.Context(), "plant-7", "k1")
		if err != nil {
			t.Error(err)
		}
		ended <- c
	}()
	if err := b.Settle(t.Context(), "plant-7", &wire.Outcome{Key: "k1", Result: wire.Result_RESULT_DONE}); err != nil {
		t.Fatal(err)
	}
	if c := <-ended; c.State != Done {
		t.Errorf("it is %+v", c)
	}
}

func TestWhatHasNoOutcomeGetsOneAndIsForgottenAfterADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, store := book(t)
		if _, err := b.Submit(t.Context(), restart("waits")); err != nil {
			t.Fatal(err)
		}
		sent(t, b, store, "sent")
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan error)
		go func() { over <- b.Keep(ctx, slog.New(slog.DiscardHandler)) }()
		after := func(d time.Duration, want map[string]State) {
			t.Helper()
			<-time.After(d)
			synctest.Wait()
			for key, state := range want {
				if c, err := b.Command(t.Context(), "plant-7", key); c.State != state {
					t.Errorf("%v later %s is %q, want %q: %v", d, key, c.State, state, err)
				}
			}
		}
		after(time.Minute+grace/2, map[string]State{"waits": Waiting, "sent": Sent})
		after(grace, map[string]State{"waits": Refused, "sent": Unknown})
		after(keep+time.Minute, map[string]State{"waits": "", "sent": ""})
		cancel()
		if err := <-over; err != nil {
			t.Error(err)
		}
	})
}
