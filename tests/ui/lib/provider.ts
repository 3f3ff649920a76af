/** An identity provider of a municipality: a certified one, as it is, that can be made to say something wrong. */
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { Provider } from "oidc-provider";

/** What is wrong with what it says: with the ID token, or with what it tells of somebody. */
export type Fault = "audience" | "expired" | "issuer" | "key" | "nonce" | "unsigned" | "other-subject" | "unverified";

type Claims = Record<string, unknown>;

const pair = () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

function signed(key: KeyObject, claims: Claims, alg = "RS256"): string {
  const told = `${part({ alg, typ: "JWT", kid: "one" })}.${part(claims)}`;
  return `${told}.${alg === "none" ? "" : sign("RSA-SHA256", Buffer.from(told), key).toString("base64url")}`;
}

export class IdentityProvider {
  fault: Fault | null = null;

  private constructor(
    readonly issuer: string,
    private readonly server: Server,
  ) {}

  /** Begins to answer. Whoever signs in as `maria` has the address `maria@dimos.example`. */
  static async start(): Promise<IdentityProvider> {
    let answer: ReturnType<Provider["callback"]> | null = null;
    const server = createServer((request, response) => void answer?.(request, response));
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [key, other] = [pair(), pair()];
    const self = new IdentityProvider(issuer, server);
    const provider = new Provider(issuer, {
      jwks: { keys: [{ ...key.export({ format: "jwk" }), kid: "one", alg: "RS256", use: "sig" }] },
      cookies: { keys: ["only for tests"] },
      claims: { openid: ["sub"], email: ["email", "email_verified"] },
      clients: [
        { client_id: "koina", application_type: "native", token_endpoint_auth_method: "none", redirect_uris: ["http://127.0.0.1/"], grant_types: ["authorization_code"], response_types: ["code"] },
      ],
      findAccount: (_: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: id, email: `${id}@dimos.example`, email_verified: self.fault !== "unverified" }),
      }),
    });
    provider.use(async (context: { path: string; body: Claims }, next: () => Promise<void>) => {
      await next();
      if (context.path === "/me" && self.fault === "other-subject") context.body.sub = "somebody else";
      if (context.path !== "/token" || typeof context.body.id_token !== "string") return;
      const claims = JSON.parse(Buffer.from(context.body.id_token.split(".")[1] ?? "", "base64url").toString()) as Claims;
      const wrong: Partial<Record<Fault, () => string>> = {
        audience: () => signed(key, { ...claims, aud: "another" }),
        expired: () => signed(key, { ...claims, iat: 1_700_000_000, exp: 1_700_003_600 }),
        issuer: () => signed(key, { ...claims, iss: "https://idp.example.com" }),
        key: () => signed(other, claims),
        nonce: () => signed(key, { ...claims, nonce: "another" }),
        unsigned: () => signed(key, claims, "none"),
      };
      const say = self.fault && wrong[self.fault];
      if (say) context.body.id_token = say();
    });
    answer = provider.callback();
    return self;
  }

  /** What somebody does there who has not signed in with this browser yet. */
  async signIn(page: Page, login: string): Promise<void> {
    await page.locator("input[name=login]").fill(login);
    await page.locator("input[name=password]").fill("whatever");
    await page.getByRole("button", { name: "Sign-in" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((ended) => this.server.close(ended));
  }
}
