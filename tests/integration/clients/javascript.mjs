// The AWS SDK for JavaScript, talked to as `conversation.py` says: one JSON document a line, both ways.
//
// The SDK is resolved from the folder that SDK_FOLDER names: an environment of its own, which does not hold this file.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const sdk = createRequire(pathToFileURL(`${process.env.SDK_FOLDER}/`));
const services = {
    kms: ["KMSClient", sdk("@aws-sdk/client-kms")],
    secretsmanager: ["SecretsManagerClient", sdk("@aws-sdk/client-secrets-manager")],
    sts: ["STSClient", sdk("@aws-sdk/client-sts")],
};
const clients = new Map();

function clientOf(service, region) {
    const key = `${service}/${region}`;
    if (!clients.has(key)) {
        const [name, module] = services[service];
        clients.set(key, new module[name]({ region, maxAttempts: 2 }));
    }
    return clients.get(key);
}

const functions = {
    // Any operation of a service, by its name in the API.
    async ask({ service, region, operation, parameters }) {
        const [, module] = services[service];
        const { $metadata, ...answer } = await clientOf(service, region).send(new module[`${operation}Command`](parameters));
        return answer;
    },

    // The names of ListSecrets, page by page, as the SDK's own paginator finds them.
    async pages({ region, prefix, page_size: pageSize }) {
        const [, module] = services.secretsmanager;
        const pages = [];
        const config = { client: clientOf("secretsmanager", region), pageSize };
        for await (const page of module.paginateListSecrets(config, { Filters: [{ Key: "name", Values: [prefix] }] })) {
            pages.push(page.SecretList.map((entry) => entry.Name));
        }
        return pages;
    },

    // Whether a refusal is an instance of the class that the SDK has for it, and of those above it.
    async classes_of_refusal({ region, operation, parameters, class: named }) {
        const [, module] = services.secretsmanager;
        try {
            await functions.ask({ service: "secretsmanager", region, operation, parameters });
        } catch (error) {
            return {
                is_named: error instanceof module[named],
                is_of_service: error instanceof module.SecretsManagerServiceException,
                fault: error.$fault,
                retried: error.$metadata.attempts - 1,
            };
        }
        return null;
    },
};

function toDocument(value) {
    if (value instanceof Uint8Array) {
        return { bytes: Buffer.from(value).toString("base64") };
    }
    if (value instanceof Date) {
        return { moment: value.getTime() / 1000 };
    }
    if (Array.isArray(value)) {
        return value.map(toDocument);
    }
    if (value !== null && typeof value === "object") {
        return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toDocument(inner)]));
    }
    return value;
}

function fromDocument(name, value) {
    if (value !== null && typeof value === "object" && Object.keys(value).join() === "bytes") {
        return new Uint8Array(Buffer.from(value.bytes, "base64"));
    }
    return value;
}

for await (const line of createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line, fromDocument);
    let answer;
    try {
        answer = { said: toDocument(await functions[asked.ask](asked.with)) };
    } catch (error) {
        answer = {
            raised: {
                class: error.constructor.name,
                code: error.$fault === undefined ? null : error.name,
                message: error.message,
                status: error.$metadata?.httpStatusCode ?? null,
            },
        };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
}
