import "reflect-metadata";
import { fileURLToPath } from "node:url";
import { Logger } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { NestExpressApplication } from "@nestjs/platform-express";
import { AppModule } from "./app.module.js";
import { port, publicUrl, systemConfig } from "./settings.js";

Logger.overrideLogger(["error", "warn"]);
const app = await NestFactory.create<NestExpressApplication>(AppModule);
app.setGlobalPrefix("api");
app.enableShutdownHooks();

// The page may talk to this service, and for mutual sign-in to the provider's socket.
const provider = systemConfig.authServerUrl.replace(/^http/, "ws");
const POLICY = `default-src 'self'; connect-src 'self' ${provider}; frame-ancestors 'none'; base-uri 'none'`;
app.use((_request: unknown, response: { setHeader(name: string, value: string): void }, next: () => void) => {
  response.setHeader("Content-Security-Policy", POLICY);
  response.setHeader("Referrer-Policy", "no-referrer");
  next();
});
app.useStaticAssets(fileURLToPath(new URL("../web", import.meta.url)));

await app.listen(port, "127.0.0.1");
console.log(`open ${publicUrl}/`);
