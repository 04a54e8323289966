// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const cosignature = 4

// checkpoint is what the first three lines of a log's note say.
type checkpoint struct {
	origin string
	tree   tlog.Tree
}

func openNote(path string, vkeys []string) (string, []string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", nil, err
	}
	return openBytes(data, vkeys)
}

// openBytes asks for a good signature by each of the keys, not only by one of them.
func openBytes(data []byte, vkeys []string) (string, []string, error) {
	verifiers := make([]note.Verifier, 0, len(vkeys))
	for _, vkey := range vkeys {
		verifier, err := verifierOf(vkey)
		if err != nil {
			return "", nil, fmt.Errorf("vkey %q: %w", vkey, err)
		}
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open(data, note.VerifierList(verifiers...))
	if err != nil {
		return "", nil, err
	}
	signers := []string{}
	for _, signature := range opened.Sigs {
		signers = append(signers, signature.Name)
	}
	if len(signers) != len(vkeys) {
		return "", nil, fmt.Errorf("%d keys were given and %d signed: %v", len(vkeys), len(signers), signers)
	}
	return opened.Text, signers, nil
}

func openCheckpoint(data []byte, vkeys []string) (checkpoint, error) {
	text, _, err := openBytes(data, vkeys)
	if err != nil {
		return checkpoint{}, err
	}
	lines := strings.Split(text, "\n")
	if len(lines) < 4 {
		return checkpoint{}, fmt.Errorf("a checkpoint has three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return checkpoint{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return checkpoint{}, err
	}
	if origin, _, _ := strings.Cut(vkeys[0], "+"); origin != lines[0] {
		return checkpoint{}, fmt.Errorf("the log of %q signed for %q", origin, lines[0])
	}
	return checkpoint{lines[0], tlog.Tree{N: size, Hash: root}}, nil
}

// verifierOf leaves the signatures of logs (kind 1) to the note package and knows, beside it, those of witnesses (kind 4).
func verifierOf(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("not name+id+key")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, err
	}
	if len(key) != 1+ed25519.PublicKeySize || key[0] != cosignature {
		return note.NewVerifier(vkey)
	}
	digest := sha256.Sum256([]byte(parts[0] + "\n" + string(key)))
	id := binary.BigEndian.Uint32(digest[:4])
	if fmt.Sprintf("%08x", id) != parts[1] {
		return nil, fmt.Errorf("the id does not fit the key")
	}
	return witness{parts[0], id, ed25519.PublicKey(key[1:])}, nil
}

// witness is a note.Verifier of timestamped cosignatures: eight bytes of time, then Ed25519 over a header, the time and the text.
type witness struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.id }

func (w witness) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	header := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(signature[:8]))
	return ed25519.Verify(w.key, append([]byte(header), text...), signature[8:])
}
