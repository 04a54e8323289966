// SPDX-License-Identifier: EUPL-1.2

// Command outside judges what Bierger's log wrote, with the Go project's own packages for transparency logs (note, tlog).
//
//	outside note   NOTE VKEY...               every key signed the note
//	outside audit  FOLDER VKEY...             the whole tree again from the entries; every tile; a proof of every record
//	outside proof  PROOF ENTRY VKEY...        the entry (hexadecimal) is in the log, says the .tlog-proof
//	outside grew   OLD REQUEST VKEY...        a tlog-witness request leads from the old checkpoint (a file) to its own
//
// Exit status 0 and one line of JSON, or 1 and the reason. A key of kind 4 (a witness) is checked as tlog-cosignature says.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	found, err := run(os.Args[1:])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	line, err := json.Marshal(found)
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	fmt.Println(string(line))
}

func run(words []string) (map[string]any, error) {
	if len(words) < 3 {
		return nil, fmt.Errorf("usage: outside note|audit|proof|grew FILE ... VKEY...")
	}
	switch command, rest := words[0], words[1:]; command {
	case "note":
		_, signers, err := openNote(rest[0], rest[1:])
		return map[string]any{"signers": signers}, err
	case "audit":
		return audit(rest[0], rest[1:])
	case "proof":
		entry, err := hex.DecodeString(rest[1])
		if err != nil {
			return nil, err
		}
		return checkProof(rest[0], entry, rest[2:])
	case "grew":
		return checkGrowth(rest[0], rest[1], rest[2:])
	default:
		return nil, fmt.Errorf("there is no command %q", command)
	}
}
