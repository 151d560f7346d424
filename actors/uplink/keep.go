package uplink

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// loadLink returns the highest epoch that the node was welcomed with, and the identity of its journal, which is made
// where there is none: a node whose disk was wiped is another one to the cloud.
func loadLink(documents Documents) (epoch uint64, journal string, err error) {
	kept, err := documents.Documents(linkSpace)
	if err != nil {
		return 0, "", fmt.Errorf("read what is kept of the link: %w", err)
	}
	if octets := kept["epoch"]; len(octets) == 8 {
		epoch = binary.BigEndian.Uint64(octets)
	}
	if name := kept["journal"]; len(name) > 0 {
		return epoch, string(name), nil
	}
	var name [12]byte
	rand.Read(name[:]) // never fails
	journal = hex.EncodeToString(name[:])
	return epoch, journal, documents.Put(linkSpace, "journal", []byte(journal))
}

func keepEpoch(documents Documents, epoch uint64) error {
	if err := documents.Put(linkSpace, "epoch", binary.BigEndian.AppendUint64(nil, epoch)); err != nil {
		return fmt.Errorf("keep the epoch of the link: %w", err)
	}
	return nil
}
