import type { Plugin } from "../base";
import { RandomInteger, RandomPet, RandomShuffle } from "./choices";
import { RandomBytes, RandomId, RandomUuid, RandomUuid4, RandomUuid7 } from "./identifiers";
import { RandomPassword, RandomString } from "./passwords";

/** The stand-in of the Pulumi plugin `random`: a random value is made once and kept until an input changes. */
export const plugin: Plugin = {
    name: "random",
    version: "4.21.2",
    resources: {
        "random:index/randomBytes:RandomBytes": RandomBytes,
        "random:index/randomId:RandomId": RandomId,
        "random:index/randomInteger:RandomInteger": RandomInteger,
        "random:index/randomPassword:RandomPassword": RandomPassword,
        "random:index/randomPet:RandomPet": RandomPet,
        "random:index/randomShuffle:RandomShuffle": RandomShuffle,
        "random:index/randomString:RandomString": RandomString,
        "random:index/randomUuid:RandomUuid": RandomUuid,
        "random:index/randomUuid4:RandomUuid4": RandomUuid4,
        "random:index/randomUuid7:RandomUuid7": RandomUuid7,
    },
};
